import type { CallCase, CallTopic } from '../../topic.ts';
import { CANDLES, TTL_MS } from './values.ts';

const KEY = 'candles:BTC-USD';
const TAGS = ['candles', 'BTC-USD'];

const ours: readonly CallCase[] = [
  {
    name: 'peek',
    about: 'cache.peek, tagged, synchronous',
    async prepare() {
      const cache = await filledCache();
      return () => cache.peek(KEY);
    },
  },
  {
    name: 'get',
    about: 'cache.get, tagged, awaited',
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
      const load = () => CANDLES;
      return () => cache.getOrLoad(KEY, load);
    },
  },
];

const peers: readonly CallCase[] = [
  {
    name: 'layered-loader',
    about: 'Loader.get with its in-memory cache, no tags',
    async prepare() {
      const { Loader } = await import('layered-loader');
      const loader = new Loader({ inMemoryCache: { ttlInMsecs: TTL_MS }, dataSourceGetOneFn: async () => CANDLES });
      await loader.get(KEY);
      return () => loader.get(KEY);
    },
  },
  {
    name: 'async-cache-dedupe',
    about: 'a defined function, memory storage, no references',
    async prepare() {
      const { createCache } = await import('async-cache-dedupe');
      const cache = createCache({ ttl: TTL_MS / 1000, storage: { type: 'memory' } }).define(
        'candles',
        async (_pair: string) => CANDLES,
      );
      await cache.candles(KEY);
      return () => cache.candles(KEY);
    },
  },
  {
    name: 'cachified',
    about: 'cachified over lru-cache, no tags',
    async prepare() {
      const { cachified } = await import('@epic-web/cachified');
      const { LRUCache } = await import('lru-cache');
      const cache = new LRUCache<string, { value: unknown; metadata: { createdTime: number } }>({ max: 1000 });
      const getFreshValue = () => CANDLES;
      const get = () => cachified({ key: KEY, cache, ttl: TTL_MS, getFreshValue });
      await get();
      return get;
    },
  },
  {
    name: 'bentocache',
    about: 'get, tagged, memory driver, its default serialisation',
    async prepare() {
      const { BentoCache, bentostore } = await import('bentocache');
      const { memoryDriver } = await import('bentocache/drivers/memory');
      const cache = new BentoCache({
        default: 'memory',
        stores: { memory: bentostore().useL1Layer(memoryDriver({ maxItems: 1000 })) },
      });
      await cache.set({ key: KEY, value: CANDLES, ttl: TTL_MS, tags: TAGS });
      return () => cache.get({ key: KEY });
    },
  },
  {
    name: 'cacheable',
    about: 'get, its default memory store, no tags',
    async prepare() {
      const { Cacheable } = await import('cacheable');
      const cache = new Cacheable();
      await cache.set(KEY, CANDLES, TTL_MS);
      return () => cache.get(KEY);
    },
  },
];

export const memory: CallTopic = {
  name: 'cache/memory',
  question: 'What does a memory hit of 2 KB cost over the map it lies in?',
  reference: 'lru-cache',
  measures: 'calls',
  concurrency: 1,
  cases: [
    {
      name: 'lru-cache',
      about: 'the limit: get of a bare lru-cache with a lifetime',
      async prepare() {
        const entries = await filledLruCache();
        return () => entries.get(KEY);
      },
    },
    {
      name: 'lru-cache-await',
      about: 'the same behind an async function, as a cache with a second tier must be',
      async prepare() {
        const entries = await filledLruCache();
        return async () => entries.get(KEY);
      },
    },
    ...ours,
    ...peers,
  ],
  thresholds: [
    {
      case: 'peek',
      against: 'lru-cache',
      atLeast: 0.8,
      because: 'tags, lifetime and counters are compared, not called',
    },
    {
      case: 'get',
      against: 'lru-cache-await',
      atLeast: 0.7,
      because: 'a hit may cost a promise, and next to nothing beside it',
    },
    {
      case: 'get-or-load',
      against: 'lru-cache-await',
      atLeast: 0.5,
      because: 'a value that is there needs nothing of what loading needs',
    },
  ],
};

async function filledLruCache() {
  const { LRUCache } = await import('lru-cache');
  const entries = new LRUCache<string, typeof CANDLES>({ max: 1000, ttl: TTL_MS });
  entries.set(KEY, CANDLES);
  return entries;
}

async function filledCache() {
  const { createCache } = await import('@breakwater/cache');
  const cache = createCache({ policies: { default: { ttl: '1h', tags: TAGS } } });
  await cache.set(KEY, CANDLES);
  return cache;
}
