import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asDocumented, documentedDefaults, optionNames, tabledDefaults } from './documented-defaults.ts';

const SOURCE = `
export interface Options<Request extends object = object> {
  /** On one line. @default 'app' */
  readonly namespace?: string;
  /**
   * On several.
   * @default 100_000
   */
  readonly max?: number;
  /** In prose. @default the system's clock */
  readonly clock?: Clock;
  /** A method. @default none */
  plan?(request: Request): string;
  /** Required. */
  readonly url: string;
}

export interface OtherOptions {
  /** @default true */
  readonly audit?: boolean;
}
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'breakwater-defaults-'));
  writeFileSync(join(folder, 'options.ts'), SOURCE);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('documented defaults', () => {
  it('are read of the one interface that is named, those in prose left out', () => {
    const file = pathToFileURL(join(folder, 'options.ts'));
    expect(documentedDefaults(file, 'Options')).toEqual({ namespace: "'app'", max: '100_000' });
    expect(documentedDefaults(file, 'OtherOptions')).toEqual({ audit: 'true' });
  });

  it('are held against all names of the interface, and the rows of one table', () => {
    expect(optionNames(pathToFileURL(join(folder, 'options.ts')), 'OtherOptions')).toEqual(['audit']);
    const page = join(folder, 'README.md');
    const table = (name: string) => `\n| option | default | |\n|---|---|---|\n| \`${name}\` | \`'5s'\` | long |\n`;
    writeFileSync(page, `## a\n${table('a')}| \`c.d\` | as \`a\` | |\n\n## b\n${table('b')}`);
    expect(tabledDefaults(pathToFileURL(page), '## a')).toEqual({ a: "'5s'", 'c.d': '' });
    expect(tabledDefaults(pathToFileURL(page), '## b')).toEqual({ b: "'5s'" });
  });

  it.each([
    ['5s', "'5s'"],
    [1000, '1000'],
    [10_000, '10_000'],
    [0.7, '0.7'],
    [false, 'false'],
    [null, 'null'],
    [[], '[]'],
    [/sid/i, '/sid/i'],
    [{ anonymous: '60/min' }, "{ anonymous: '60/min' }"],
  ])('are written of the value %j as %s', (value, text) => {
    expect(asDocumented({ option: value })).toEqual({ option: text });
  });

  it('are written of no value that a docstring could not hold', () => {
    expect(asDocumented({ clock: { now: () => 0 } })).toEqual({});
  });
});
