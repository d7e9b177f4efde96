import type { RedisPort } from '@breakwater/core/redis';
import { createManualClock, eventually, type ManualClock } from '@breakwater/testkit';
import { afterEach, beforeEach } from 'vitest';
import { type Cache, type CacheOptions, createCache } from '../src/index.ts';
import { PATIENT } from './instances.ts';

/** A cache of its own for each test of a `describe`, on a manual clock; it hears its bus. */
export interface CacheInUse {
  readonly cache: () => Cache;
  readonly clock: () => ManualClock;
  /** Another one of the same namespace. */
  readonly open: (options?: Partial<CacheOptions>) => Cache;
  /** The same, when it hears its bus: what it holds before that is dropped. */
  readonly openHearing: (options?: Partial<CacheOptions>) => Promise<Cache>;
}

export function useCache(connect: () => RedisPort | null, policies: NonNullable<CacheOptions['policies']>): CacheInUse {
  let namespace = '';
  let clock = createManualClock();
  let caches: Cache[] = [];

  function open(options: Partial<CacheOptions> = {}): Cache {
    const cache: Cache = createCache({ redis: connect(), deadlineMs: PATIENT, namespace, clock, policies, ...options });
    caches.push(cache);
    return cache;
  }

  async function openHearing(options?: Partial<CacheOptions>): Promise<Cache> {
    const cache = open(options);
    if (cache.stats().redis.state !== 'off') await eventually(() => cache.stats().bus.connected);
    return cache;
  }

  beforeEach(async () => {
    // A namespace of its own keeps tests apart on one server.
    namespace = `contract-${Math.random().toString(36).slice(2)}`;
    clock = createManualClock(Date.now());
    await openHearing();
  });
  afterEach(async () => {
    await Promise.all(caches.map((cache) => cache.close()));
    caches = [];
  });

  return {
    cache() {
      const [cache] = caches;
      if (!cache) throw new Error('There is a cache while a test runs.');
      return cache;
    },
    clock: () => clock,
    open,
    openHearing,
  };
}
