import type { CallTopic } from '../topic.ts';

const KEY = 'quote:BTC-USD';
const TTL_MS = 3_600_000;
/** Like a page of candles: what a cache that copies or parses on a hit has to pay for. */
const VALUE = Array.from({ length: 28 }, (_, minute) => ({ time: minute, open: 101.25, high: 102.5, volume: 40_000 }));

export const memory: CallTopic = {
  name: 'memory',
  question: 'What does a memory hit cost over the map it lies in?',
  reference: 'lru-cache',
  measures: 'calls',
  concurrency: 1,
  cases: [
    {
      name: 'lru-cache',
      about: 'the limit: get of a bare lru-cache with a lifetime',
      async prepare() {
        const { LRUCache } = await import('lru-cache');
        const entries = new LRUCache<string, typeof VALUE>({ max: 1000, ttl: TTL_MS });
        entries.set(KEY, VALUE);
        return () => entries.get(KEY);
      },
    },
    {
      name: 'lru-cache-await',
      about: 'the same behind an async function, as a cache with a second tier must be',
      async prepare() {
        const { LRUCache } = await import('lru-cache');
        const entries = new LRUCache<string, typeof VALUE>({ max: 1000, ttl: TTL_MS });
        entries.set(KEY, VALUE);
        return async () => entries.get(KEY);
      },
    },
    {
      name: 'peek',
      about: 'cache.peek, synchronous',
      async prepare() {
        const cache = await filledCache();
        return () => cache.peek(KEY);
      },
    },
    {
      name: 'get',
      about: 'cache.get, awaited',
      async prepare() {
        const cache = await filledCache();
        return () => cache.get(KEY);
      },
    },
    {
      name: 'get-or-load',
      about: 'cache.getOrLoad of a value that is there, awaited',
      async prepare() {
        const cache = await filledCache();
        const load = () => VALUE;
        return () => cache.getOrLoad(KEY, load, { ttl: TTL_MS });
      },
    },
  ],
  thresholds: [
    {
      case: 'get',
      against: 'lru-cache-await',
      atLeast: 0.75,
      because: 'a hit may cost a promise, and next to nothing beside it',
    },
  ],
};

async function filledCache() {
  const { createCache } = await import('@breakwater/cache');
  const cache = createCache({ memory: { ttl: '1h' } });
  await cache.set(KEY, VALUE, { ttl: TTL_MS });
  return cache;
}
