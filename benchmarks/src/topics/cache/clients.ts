import { createCache, type MemoryOptions } from '@breakwater/cache';
import type { RedisPort } from '@breakwater/core/redis';
import { createRedisPool } from '@breakwater/redis-pool';
import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis';
import { Redis } from 'ioredis';
import { ManualCache, RedisCache } from 'layered-loader';
import { LRUCache } from 'lru-cache';
import { KEYS, TTL_MS } from './values.ts';

/** A cache over a Redis that holds every key of {@link KEYS}; what its memory may hold is never asked for again. */
export interface Client {
  get(key: string): Promise<unknown>;
  getMany(keys: readonly string[]): Promise<unknown>;
}

/** A cache that writes both tiers, and tells others where it can. */
export interface Writer {
  set(key: string, value: unknown): Promise<unknown>;
}

export async function readIoredis(url: string, value: unknown): Promise<Client> {
  const redis = new Redis(url);
  await fill((key) => redis.set(`raw:${key}`, JSON.stringify(value), 'PX', TTL_MS));
  const parse = (text: string | null) => (text === null ? undefined : JSON.parse(text));
  return verified({
    get: async (key) => parse(await redis.get(`raw:${key}`)),
    getMany: async (keys) => (await redis.mget(keys.map((key) => `raw:${key}`))).map(parse),
  });
}

export async function readOursOnPool(url: string, value: unknown): Promise<Client> {
  return readOurs(url, value, createRedisPool({ url }));
}

export async function readOurs(url: string, value: unknown, redis?: RedisPort): Promise<Client> {
  // One entry of memory: it is filled on every hit, as always, and never holds what is asked for next.
  const cache = await connectOurs(url, { maxEntries: 1 }, redis);
  await fill((key) => cache.set(key, value));
  return verified(cache);
}

export async function readLayeredLoader(url: string, value: unknown): Promise<Client> {
  const redis = new RedisCache(new Redis(url), { json: true, prefix: 'layered', ttlInMsecs: TTL_MS });
  const cache = new ManualCache({
    inMemoryCache: { ttlInMsecs: TTL_MS, maxItems: 1, cacheType: 'lru-object' },
    asyncCache: redis,
  });
  await fill((key) => cache.set(key, value));
  return verified({ get: (key) => cache.get(key), getMany: (keys) => redis.getMany([...keys]) });
}

export async function readBentocache(url: string, value: unknown): Promise<Client> {
  const cache = connectBentocache(url, 1);
  await fill((key) => cache.set({ key, value, ttl: TTL_MS }));
  const get = (key: string) => cache.get({ key });
  return verified({ get, getMany: (keys) => Promise.all(keys.map(get)) });
}

export async function writeIoredis(url: string): Promise<Writer> {
  const redis = new Redis(url);
  const memory = new LRUCache<string, object>({ max: 100_000, ttl: TTL_MS });
  return {
    set(key, value) {
      memory.set(key, value as object);
      return redis.set(`raw:${key}`, JSON.stringify(value), 'PX', TTL_MS);
    },
  };
}

export async function writeOurs(url: string): Promise<Writer> {
  return connectOurs(url, {});
}

export async function writeLayeredLoader(url: string): Promise<Writer> {
  return new ManualCache({
    inMemoryCache: { ttlInMsecs: TTL_MS, maxItems: 100_000 },
    asyncCache: new RedisCache(new Redis(url), { json: true, prefix: 'layered', ttlInMsecs: TTL_MS }),
  });
}

export async function writeBentocache(url: string): Promise<Writer> {
  const cache = connectBentocache(url, 100_000);
  return { set: (key, value) => cache.set({ key, value, ttl: TTL_MS }) };
}

/** Ours with `entries` in both tiers, all of them under one tag. */
export async function connectTagged(url: string, entries: number, tag: string) {
  const cache = await connectOurs(url, { maxEntries: entries, maxSize: '2gb' });
  const keys = Array.from({ length: entries }, (_, index) => `${tag}:${index}`);
  for (let from = 0; from < entries; from += 10_000) {
    const page = keys.slice(from, from + 10_000).map((key, index) => [key, index] as const);
    await cache.setMany(page, { tags: [tag] });
  }
  return { cache, keys };
}

export async function connectOurs(url: string, memory: MemoryOptions, redis: RedisPort = new Redis(url)) {
  await redis.ping();
  const cache = createCache({ redis, memory, policies: { default: { ttl: TTL_MS } } });
  // Until it hears the others, it asks Redis for more than it has to.
  while (!cache.stats().bus.connected) await new Promise(setImmediate);
  return cache;
}

function connectBentocache(url: string, maxItems: number) {
  const { hostname: host, port } = new URL(url);
  const connection = { host, port: Number(port) };
  return new BentoCache({
    default: 'tiered',
    stores: {
      tiered: bentostore()
        .useL1Layer(memoryDriver({ maxItems }))
        .useL2Layer(redisDriver({ connection }))
        .useBus(redisBusDriver({ connection })),
    },
  });
}

async function fill(set: (key: string) => Promise<unknown>): Promise<void> {
  for (const key of KEYS) await set(key);
}

/** No library's word is taken for what a hit is. */
async function verified(client: Client): Promise<Client> {
  if ((await client.get(KEYS[7] as string)) === undefined)
    throw new Error('The case does not find what it has stored.');
  return client;
}
