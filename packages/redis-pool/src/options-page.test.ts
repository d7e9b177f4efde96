import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BREAKER_DEFAULTS } from './breaker-options.ts';
import { LIMIT_DEFAULTS } from './limit-options.ts';
import { DEFAULTS } from './options.ts';
import { RETRY_DEFAULTS } from './retry-options.ts';

const GROUPS = { limits: LIMIT_DEFAULTS, retry: RETRY_DEFAULTS, breaker: BREAKER_DEFAULTS };
const EXPECTED = [
  ...Object.entries(DEFAULTS),
  ...Object.entries(GROUPS).flatMap(([group, defaults]) =>
    Object.entries(defaults).map(([name, value]): [string, unknown] => [`${group}.${name}`, value]),
  ),
].map(([name, value]) => `| \`${name}\` | \`${typeof value === 'string' ? `'${value}'` : value}\` |`);

describe.each(['../../../docs/redis-pool.md', '../README.md'])('the options of %s', (page) => {
  const text = readFileSync(new URL(page, import.meta.url), 'utf8').replaceAll(/ +\|/g, ' |');

  it.each(EXPECTED)('have %s', (row) => {
    expect(text).toContain(row);
  });
});
