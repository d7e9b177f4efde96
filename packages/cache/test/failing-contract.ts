import type { RedisPort } from '@breakwater/core/redis';
import { eventually } from '@breakwater/testkit';
import { describe, expect, it, vi } from 'vitest';
import { useCache } from './use-cache.ts';

/** What follows a loader that has nothing, or fails, whatever the tiers. */
export function describeFailing(name: string, connect: () => RedisPort | null): void {
  describe(`a loader that has nothing, on ${name},`, () => {
    const { cache, clock } = useCache(connect, {
      negative: { ttl: '1h', staleIfError: '1h', load: { negativeTtl: '5s' } },
      none: { ttl: '1h', load: { negativeTtl: 0 } },
    });

    it.each([null, undefined])('is asked again after negativeTtl where it gave %s', async (nothing) => {
      const loader = vi.fn((): unknown => nothing);
      const load = () => cache().getOrLoad('a', loader, { policy: 'negative' });
      expect([await load(), await load()]).toEqual([nothing, nothing]);
      expect(await cache().ttl('a')).toBe(5000);
      expect(loader).toHaveBeenCalledTimes(1);
      clock().advance(5000);
      loader.mockImplementation(() => {
        throw new Error('no price');
      });
      await expect(load()).rejects.toThrow('no price');
      loader.mockImplementation(() => 0);
      expect(await load()).toBe(0);
      expect(await cache().ttl('a')).toBe(3_600_000);
    });

    it('is asked each time where negativeTtl is 0, and goes by its own setTtl before that', async () => {
      const loader = vi.fn(() => null);
      await cache().getOrLoad('a', loader, { policy: 'none' });
      await cache().getOrLoad('a', loader, { policy: 'none' });
      expect(loader).toHaveBeenCalledTimes(2);
      await cache().getOrLoad('b', (_key, { setTtl }) => setTtl('7s'), { policy: 'none' });
      expect(await cache().ttl('b')).toBe(7000);
    });

    it('for some of many keys has nothing for those alone', async () => {
      const loader = () =>
        new Map([
          ['a', null],
          ['b', 1],
        ]);
      await cache().loadMany<number | null>(['a', 'b'], loader, { policy: 'negative' });
      expect([await cache().ttl('a'), await cache().ttl('b')]).toEqual([5000, 3_600_000]);
    });
  });

  describe(`a loader that fails, on ${name},`, () => {
    const { cache, clock } = useCache(connect, {
      backing: { ttl: '10s', staleIfError: '1h', load: { retryAfter: '1s' } },
      swr: { ttl: '10s', staleWhileRevalidate: '1h', load: { retryAfter: '1s' } },
      hasty: { ttl: '10s' },
    });
    let failures = 0;
    const failing = () =>
      vi.fn((_key: string): unknown => {
        failures += 1;
        throw new Error(`failure ${failures}`);
      });

    it('is left alone for retryAfter, and its error is given again', async () => {
      const loader = failing();
      const load = () => cache().getOrLoad('a', loader, { policy: 'backing' });
      await expect(load()).rejects.toThrow('failure');
      const [again, other] = await Promise.allSettled([load(), cache().getOrLoad('b', () => 1, { policy: 'backing' })]);
      expect([again.status, other.status]).toEqual(['rejected', 'fulfilled']);
      clock().advance(999);
      await expect(load()).rejects.toThrow(`failure ${failures}`);
      expect(loader).toHaveBeenCalledTimes(1);
      clock().advance(1);
      await expect(load()).rejects.toThrow('failure');
      expect(loader).toHaveBeenCalledTimes(2);
    });

    it('is left alone twice as long each time, up to 32 times, until it gives a value', async () => {
      const loader = failing();
      const load = () => cache().getOrLoad('a', loader, { policy: 'backing' });
      for (const waitMs of [1000, 2000, 4000, 8000, 16_000, 32_000, 32_000]) {
        loader.mockClear();
        await expect(load()).rejects.toThrow('failure');
        clock().advance(waitMs - 1);
        await expect(load()).rejects.toThrow('failure');
        expect(loader).toHaveBeenCalledTimes(1);
        clock().advance(1);
      }
      expect(await cache().getOrLoad('a', () => 'value', { policy: 'backing', ttl: 1 })).toBe('value');
      clock().advance(3_600_001);
      await expect(load()).rejects.toThrow('failure');
      clock().advance(1000);
      expect(await cache().getOrLoad('a', () => 'again', { policy: 'backing' })).toBe('again');
    });

    it('leaves its callers the stale value meanwhile, without being run', async () => {
      await cache().set('a', 'old', { policy: 'backing' });
      clock().advance(10_000);
      const loader = failing();
      const load = () => cache().getOrLoad('a', loader, { policy: 'backing' });
      expect([await load(), await load(), await load()]).toEqual(['old', 'old', 'old']);
      expect(loader).toHaveBeenCalledTimes(1);
      expect(cache().stats().policies.backing).toMatchObject({ stale: 3, loads: 1, loadErrors: 1 });
    });

    it('in the background is left alone by refreshes too', async () => {
      await cache().set('a', 'old', { policy: 'swr' });
      clock().advance(10_000);
      const loader = failing();
      const load = () => cache().getOrLoad('a', loader, { policy: 'swr' });
      expect(await load()).toBe('old');
      await eventually(() => expect(cache().stats().policies.swr?.loadErrors).toBe(1));
      await eventually(async () => {
        expect(await load()).toBe('old');
        expect(cache().stats().policies.swr?.refreshes).toBe(1);
      });
      expect(await load()).toBe('old');
      expect(loader).toHaveBeenCalledTimes(1);
      clock().advance(1000);
      expect(await load()).toBe('old');
      await eventually(() => expect(loader).toHaveBeenCalledTimes(2));
    });

    it.each([
      ['an invalidation of its key', () => cache().invalidate({ key: 'a' })],
      ['an invalidation of its tag', () => cache().invalidate({ tag: 'x' })],
      ['a set', () => cache().set('a', 1, { ttl: 1 })],
    ])('is run again after %s', async (_what, change) => {
      await expect(cache().getOrLoad('a', failing(), { policy: 'backing', tags: ['x'] })).rejects.toThrow('failure');
      await change();
      clock().advance(1);
      expect(await cache().getOrLoad('a', () => 'new', { policy: 'backing', tags: ['x'] })).toBe('new');
    });

    it('is run each time without retryAfter', async () => {
      const loader = failing();
      await expect(cache().getOrLoad('a', loader, { policy: 'hasty' })).rejects.toThrow('failure');
      await expect(cache().getOrLoad('a', loader, { policy: 'hasty' })).rejects.toThrow('failure');
      expect(loader).toHaveBeenCalledTimes(2);
    });

    it('for many keys is left alone for each of them', async () => {
      const asked: string[][] = [];
      const loader = (keys: readonly string[]) => {
        asked.push([...keys]);
        return Promise.reject(new Error('no prices'));
      };
      await expect(cache().loadMany(['a', 'b'], loader, { policy: 'backing' })).rejects.toThrow('no prices');
      await expect(cache().loadMany(['b', 'c'], loader, { policy: 'backing' })).rejects.toThrow('no prices');
      await expect(cache().getOrLoad('a', () => 1, { policy: 'backing' })).rejects.toThrow('no prices');
      // The error of `b` is known before it is known who in the fleet loads `c`.
      await eventually(() => expect(asked).toEqual([['a', 'b'], ['c']]));
    });
  });

  describe(`jitter on ${name}`, () => {
    const { cache } = useCache(connect, { spread: { ttl: '10s', jitter: 0.5 } });

    const keys = Array.from({ length: 50 }, (_, index) => `key ${index}`);
    it.each<[string, () => Promise<unknown>]>([
      [
        'set',
        () =>
          cache().setMany(
            keys.map((key) => [key, 1]),
            { policy: 'spread' },
          ),
      ],
      ['loaded', () => Promise.all(keys.map((key) => cache().getOrLoad(key, () => 1, { policy: 'spread' })))],
      [
        'loaded by one run',
        () => cache().loadMany(keys, (missing) => new Map(missing.map((key) => [key, 1])), { policy: 'spread' }),
      ],
    ])('ends entries that were %s together at different times, none of them late', async (_how, store) => {
      await store();
      const ttls = await Promise.all(keys.map(async (key) => Number(await cache().ttl(key))));
      expect(Math.min(...ttls)).toBeGreaterThanOrEqual(5000);
      expect(Math.max(...ttls)).toBeLessThanOrEqual(10_000);
      expect(new Set(ttls).size).toBeGreaterThan(10);
    });
  });
}
