import { createCache } from '@breakwater/cache';
import { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';
import { KEYS, QUOTE, TTL_MS } from './values.ts';

/** Writes a value under each key, a key as often as it is named, and resolves when Redis has them. */
export type WriteBurst = (keys: readonly string[]) => Promise<unknown>;

export async function pipelineIoredis(url: string): Promise<WriteBurst> {
  const redis = new Redis(url);
  const memory = new LRUCache<string, object>({ max: 100_000, ttl: TTL_MS });
  return verified(redis, (keys) => {
    const pipeline = redis.pipeline();
    for (const key of keys) {
      const value = { ...QUOTE };
      memory.set(key, value);
      pipeline.set(`raw:${key}`, JSON.stringify(value), 'PX', TTL_MS);
    }
    return pipeline.exec();
  });
}

export async function writeAsOurs(url: string, write: 'through' | 'back'): Promise<WriteBurst> {
  const redis = new Redis(url);
  // A process of its own for each case, and one Redis for all: they must not hear each other.
  const namespace = `bench-${process.pid}`;
  const cache = createCache({ redis, namespace, policies: { default: { ttl: TTL_MS, write } } });
  // Until it hears the others, it asks Redis for more than it has to.
  while (!cache.stats().bus.connected) await new Promise(setImmediate);
  return verified(redis, async (keys) => {
    await Promise.all(keys.map((key) => cache.set(key, { ...QUOTE })));
    await cache.drain();
  });
}

/** No library's word is taken for what it has written. */
async function verified(redis: Redis, write: WriteBurst): Promise<WriteBurst> {
  const before = await redis.dbsize();
  await write(KEYS);
  if ((await redis.dbsize()) < before + KEYS.length) throw new Error('The case has not written what it was to write.');
  return write;
}
