import { quantileOf } from '@breakwater/core';
import type { RedisPort } from '@breakwater/core/redis';
import { eventually } from '@breakwater/testkit';
import { describe, expect, it } from 'vitest';
import { useCache } from './use-cache.ts';

/** What a cache tells of how long it took, whatever the tiers. */
export function describeLatency(name: string, connect: () => RedisPort | null): void {
  describe(`the time that is told on ${name}`, () => {
    const { cache, openHearing } = useCache(connect, {});
    it('of loaders is that of each run, also of one that fails, and of one run for many', async () => {
      await cache().getOrLoad('a', async () => {
        const began = performance.now();
        await eventually(() => performance.now() - began > 5, 20_000, 1);
      });
      const { load } = cache().stats().latencyMs;
      expect([load.count, load.counts.reduce((sum, count) => sum + count)]).toEqual([1, 1]);
      expect(load.sum).toBeGreaterThan(5);
      for (const quantile of [0.5, 0.95, 0.99]) expect(quantileOf(load, quantile)).toBeGreaterThanOrEqual(5);
      await cache()
        .getOrLoad('b', () => Promise.reject(new Error('no price')))
        .catch(() => {});
      await cache().loadMany(['c', 'd'], (keys) => new Map(keys.map((key) => [key, 1])));
      await cache().getOrLoad('c', () => 2);
      expect(cache().stats().latencyMs.load.count).toBe(3);
    });

    it('of Redis is that of each lookup there, hit or miss, and none of memory', async () => {
      await cache().set('a', 1);
      const reader = await openHearing();
      const lookups: number[] = [];
      for (const keys of [['a'], ['a'], ['missing'], ['b', 'c', 'd']]) {
        await reader.getMany(keys);
        lookups.push(reader.stats().latencyMs.redis.count);
      }
      expect(lookups).toEqual(connect() ? [1, 1, 2, 5] : [0, 0, 0, 0]);
      const { sum } = reader.stats().latencyMs.redis;
      expect(sum > 0).toBe(connect() !== null);
    });
  });
}
