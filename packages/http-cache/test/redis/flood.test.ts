import { randomUUID } from 'node:crypto';
import { createCache } from '@breakwater/cache';
import { type RedisServer, startRedis } from '@breakwater/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { CONCURRENCY, createFloodedCache } from '../flood/flooded-cache.ts';
import { randomQueries } from '../flood/random-queries.ts';

let server: RedisServer;
let redis: Redis;
beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
});
beforeEach(() => redis.flushall());
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const FLOOD = 50_000;
const MAX_KEYS = 1000;
/** What is under way when a budget is used up may still be stored. */
const MOST_KEYS = MAX_KEYS + CONCURRENCY;
/** What the cache keeps in Redis of tags and of other instances. */
const FEW = 20;

it('fifty thousand random parameters leave Redis with the keys of the budget, and the page they were put on is not made anew', async () => {
  const cache = createCache({ redis, deadlineMs: 30_000 });
  const { httpCache, runs, flood } = createFloodedCache(cache, { maxKeys: MAX_KEYS });
  const overBudget: unknown[] = [];
  httpCache.on('keys:over-budget', (event) => overBudget.push(event));
  await flood([['/page']]);
  await flood(randomQueries('/page', FLOOD));
  const { page } = httpCache.stats().policies;
  expect(runs).toEqual({ all: FLOOD + 1, bare: 1 });
  expect(page?.stored).toBeLessThanOrEqual(MOST_KEYS);
  expect(page?.notStored['max-keys']).toBeGreaterThanOrEqual(FLOOD - MOST_KEYS);
  expect(await redis.dbsize()).toBeLessThanOrEqual(MOST_KEYS + FEW);
  expect(overBudget).toEqual([{ policy: 'page', maxKeys: MAX_KEYS }]);
  // What is wanted gets in all the same.
  for (let use = 0; use < 3; use += 1) await flood([['/page?wanted']]);
  expect(runs.all).toBe(FLOOD + 3);
  await cache.close();
}, 180_000);

it('of keys that are asked for once, none is in Redis where a second use is asked for', async () => {
  const cache = createCache({ redis, deadlineMs: 30_000 });
  const { flood } = createFloodedCache(cache, {}, { minUses: 2 });
  await flood(Array.from({ length: 5000 }, () => [`/page?x=${randomUUID()}`] as const));
  expect(await redis.dbsize()).toBeLessThanOrEqual(FEW);
  await cache.close();
}, 180_000);

it('random languages leave a page with the variants it may have, however many come at once, and those hot', async () => {
  const cache = createCache({ redis, deadlineMs: 30_000 });
  const { httpCache, runs, flood } = createFloodedCache(cache, { maxVariants: 8 }, { vary: ['Accept-Language'] });
  await flood([['/page', { 'accept-language': 'de' }]]);
  await flood(Array.from({ length: 5000 }, () => ['/page', { 'accept-language': randomUUID() }] as const));
  // Eight variants, their record, and for a moment a mark for each of those that were under way when the eighth came.
  expect(await redis.dbsize()).toBeLessThanOrEqual(9 + CONCURRENCY + FEW);
  expect(httpCache.stats().policies.page).toMatchObject({ stored: 8, notStored: { variants: 4993 } });
  await flood([['/page', { 'accept-language': 'de' }]]);
  expect(runs.all).toBe(5001);
  await cache.close();
}, 180_000);
