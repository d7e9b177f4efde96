import type { RedisPort } from '@breakwater/core/redis';
import { eventually } from '@breakwater/testkit';
import { Redis } from 'ioredis';
import { type Cache, type CacheOptions, createCache } from '../src/index.ts';

/** Caches and clients of one test file, ended together. */
export interface Instances {
  client(): Redis;
  /** A cache of the namespace on a client of its own, or on `options.redis`, that hears the others. */
  open(namespace: string, options?: Partial<CacheOptions>): Promise<Cache>;
  /** The same without waiting for the bus. */
  openUnheard(namespace: string, options?: Partial<CacheOptions>): Cache;
  close(): Promise<void>;
}

/** No machine is so slow that it misses this deadline: a test that is about deadlines sets its own. */
export const PATIENT = '10s';

export function createInstances(url: () => string): Instances {
  const caches: Cache[] = [];
  const clients: Redis[] = [];

  function client(): Redis {
    const redis = new Redis(url(), { retryStrategy: () => 50 });
    redis.on('error', () => {});
    clients.push(redis);
    return redis;
  }

  function openUnheard(namespace: string, options: Partial<CacheOptions> = {}): Cache {
    const redis: RedisPort = options.redis ?? client();
    const cache = createCache({ deadlineMs: PATIENT, ...options, redis, namespace });
    caches.push(cache);
    return cache;
  }

  return {
    client,
    openUnheard,
    async open(namespace, options) {
      const cache = openUnheard(namespace, options);
      await eventually(() => cache.stats().bus.connected);
      return cache;
    },
    async close() {
      await Promise.all(caches.map((cache) => cache.close()));
      for (const redis of clients) redis.disconnect();
    },
  };
}

/** Waits until `listener` has heard all that `speaker` has said. */
export async function hearAll(listener: Cache, speaker: Cache): Promise<void> {
  await eventually(() => listener.stats().bus.received === speaker.stats().bus.published);
}
