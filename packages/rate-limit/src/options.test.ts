import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULTS, resolveOptions } from './options.ts';

describe('the options', () => {
  it('are what the defaults say where nothing is given', () => {
    const resolved = resolveOptions({});
    expect(resolved).toMatchObject({ onOutage: 'local', namespace: 'app', deadlineMs: 250, maxKeys: 100_000 });
    expect([...resolved.plans.byName.values()].map(({ name, limit, windowMs }) => [name, limit, windowMs])).toEqual([
      ['anonymous', 60, 60_000],
      ['authenticated', 120, 60_000],
      ['premium', 300, 60_000],
      ['admin', 1000, 60_000],
    ]);
  });

  it('take an explicit undefined for absent', () => {
    expect(resolveOptions({ onOutage: undefined, plans: undefined }).onOutage).toBe('local');
  });

  it.each([
    [{ onOutage: 'open' }, "onOutage must be one of 'local', 'allow', 'deny', got \"open\"."],
    [{ plan: 'anonymous' }, 'plan must be a function, got "anonymous".'],
    [{ key: 'ip' }, 'key must be a function, got "ip".'],
    [{ skip: true }, 'skip must be a function, got true.'],
    [{ namespace: '' }, 'namespace must be a text that is not empty, got "".'],
    [{ deadlineMs: 0 }, 'deadlineMs must be a duration'],
    [{ maxKeys: -5 }, 'maxKeys must be a whole number of at least 1, got -5.'],
    [{ windowMs: 60_000 }, 'options must be an object with only the keys'],
    ['60/min', 'options must be an object of options, got "60/min".'],
  ])('%j are refused: %s', (options, message) => {
    expect(() => resolveOptions(options as object)).toThrow(
      expect.objectContaining({ code: 'ERR_RATE_LIMIT_OPTION', message: expect.stringContaining(message) }),
    );
  });

  it('are documented with the defaults they have', () => {
    const source = readFileSync(new URL('./options.ts', import.meta.url), 'utf8');
    const documented = source.matchAll(/@default (.+?)(?: \*\/|\n\s+\*\/)\n\s+(?:readonly )?(\w+)\?/g);
    const defaults: Record<string, unknown> = { ...DEFAULTS, clock: 'performance.now' };
    const names = [];
    for (const [, value = '', name = ''] of documented) {
      names.push(name);
      expect(`${name}: ${value.replaceAll(/['_]/g, '')}`).toBe(`${name}: ${asWritten(defaults[name])}`);
    }
    expect(names.toSorted()).toEqual([...Object.keys(DEFAULTS), 'redis', 'plan', 'key', 'skip'].toSorted());
  });
});

function asWritten(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const members = Object.entries(value).map(([name, member]) => `${name}: ${member}`);
  return `{ ${members.join(', ')} }`;
}
