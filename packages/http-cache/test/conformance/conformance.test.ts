import { readFileSync, writeFileSync } from 'node:fs';
import { type RedisServer, startRedis } from '@breakwater/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXCEPTIONS, NOT_OPTIMAL } from './exceptions.ts';
import { readNotPassed } from './not-passed.ts';
import { ALL, type Column, resultsPage } from './results-page.ts';
import { type Run, runInChild } from './run-suite.ts';
import { settle } from './settle.ts';
import { notPassed, testsOf } from './verdicts.ts';

const RESULTS = new URL('RESULTS.md', import.meta.url);
const KNOWN = readNotPassed(readFileSync(RESULTS, 'utf8'));

const GATEWAYS = [
  ['Express, memory', 'express', 'memory'],
  ['Express, Redis', 'express', 'redis'],
  ['Fastify, memory', 'fastify', 'memory'],
  ['Fastify, Redis', 'fastify', 'redis'],
] as const;

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

async function run(name: string, settings: Run): Promise<Column> {
  const results = await settle(ALL, KNOWN.get(name) ?? new Set(), (ids) => runInChild({ ...settings, ids }));
  return { name, results };
}

describe('the public suite, and our own tests of what it asks for today', { timeout: 300_000 }, () => {
  const columns: Column[] = [];
  it.each(GATEWAYS)('%s: all is passed but what has a reason', async (name, framework, tiers) => {
    const settings = { framework, profile: 'suite', ...(tiers === 'redis' && { redisUrl: redis.url }) } as const;
    const column = await run(name, settings);
    expect(notPassed(ALL, column.results, 'required').toSorted()).toEqual(Object.keys(EXCEPTIONS).toSorted());
    expect(notPassed(ALL, column.results, 'optimal').toSorted()).toEqual(Object.keys(NOT_OPTIMAL).toSorted());
    columns.push(column);
  });

  it('with the defaults nothing is served that must not be; the results are written down', async () => {
    const safe = await run('Express, defaults', { framework: 'express', profile: 'safe' });
    const served = testsOf(ALL, 'required').filter((id) => String(safe.results[id]).includes('comes from cache'));
    expect(served.filter((id) => !(id in EXCEPTIONS))).toEqual([]);
    // The next run is held against the page: one without a gateway is worse than the last.
    expect(columns.map(({ name }) => name)).toEqual(GATEWAYS.map(([name]) => name));
    writeFileSync(RESULTS, resultsPage(columns, safe));
  });
});
