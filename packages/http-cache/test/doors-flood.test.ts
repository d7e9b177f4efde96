import { createCache } from '@breakwater/cache';
import { expect, it } from 'vitest';
import { CONCURRENCY, createFloodedCache } from './flood/flooded-cache.ts';
import { randomQueries } from './flood/random-queries.ts';

const FLOOD = 50_000;
const MAX_KEYS = 1000;

it('fifty thousand random parameters leave memory bounded, and every hit of the page they were put on is from memory', async () => {
  const cache = createCache({ memory: { maxSize: '1mb' } });
  const { httpCache, runs, flood } = createFloodedCache(cache, { maxKeys: MAX_KEYS });
  await flood([['/page']]);
  await flood(randomQueries('/page', FLOOD));
  const { memory } = cache.stats();
  expect(runs).toEqual({ all: FLOOD + 1, bare: 1 });
  expect(httpCache.stats().policies.page?.hitMemory).toBe(Math.ceil(FLOOD / 99) + 1);
  expect(memory.entries).toBeLessThanOrEqual(MAX_KEYS + CONCURRENCY);
  expect(memory.bytes).toBeLessThanOrEqual(1_048_576);
  await cache.close();
}, 180_000);
