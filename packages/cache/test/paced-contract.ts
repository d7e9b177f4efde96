import type { RedisPort } from '@breakwater/core/redis';
import { eventually } from '@breakwater/testkit';
import { describe, expect, it } from 'vitest';
import type { Cache } from '../src/index.ts';
import type { InvalidationTarget } from '../src/targets/target.ts';
import { useCache } from './use-cache.ts';

const TARGETS: readonly InvalidationTarget[] = [
  { tag: 't' },
  { tag: ['none', 't'] },
  { pattern: 'a:*' },
  { all: true },
];

/** What an invalidation at a pace does, whatever the tiers. */
export function describePaced(name: string, connect: () => RedisPort | null): void {
  describe(`an invalidation at a pace on ${name}`, () => {
    const { cache, openHearing } = useCache(connect, { sie: { ttl: '1h', staleIfError: '1h', tags: ['t'] } });
    const isShared = () => cache().stats().redis.state === 'up';
    const keys = Array.from({ length: 30 }, (_, index) => `a:${index}`);
    const fail = () => Promise.reject(new Error('none'));

    async function fill(site: Cache = cache()): Promise<void> {
      await site.setMany(
        keys.map((key) => [key, 'old']),
        { policy: 'sie' },
      );
      await site.set('b', 1, { tags: ['u'] });
    }

    it.each(TARGETS)('by %j ends all that it names, and says how many', async (target) => {
      await fill();
      const others = 'all' in target ? 1 : 0;
      expect(await cache().invalidate(target, { pace: '10000/s', reason: 'dataChanged' })).toMatchObject({
        memoryEntries: 30 + others,
        redisKeys: isShared() ? 30 + others : 0,
        shared: isShared(),
        isComplete: true,
      });
      expect((await cache().getMany([...keys, 'b'])).size).toBe(1 - others);
      expect(cache().audit()).toMatchObject([{ effect: 'invalidate', reason: 'dataChanged', remote: false }]);
      await fill();
      expect((await cache().getMany(keys)).size).toBe(30);
    });

    it.each(TARGETS)('by %j leaves what expires so to be served where its loader fails', async (target) => {
      await fill();
      await cache().expire(target, { pace: '10000/s' });
      expect((await cache().getMany(keys)).size).toBe(0);
      expect(await cache().getOrLoad('a:7', fail, { policy: 'sie' })).toBe('old');
    });

    it('is no quicker than its pace', async () => {
      await fill();
      const startedAt = performance.now();
      await cache().invalidate({ tag: 't' }, { pace: '100/s' });
      // Ten at once, then ten every 100 ms.
      expect(performance.now() - startedAt).toBeGreaterThanOrEqual(200);
    });

    it('serves what waits for its turn, and ends with its signal', async () => {
      await fill();
      const stop = new AbortController();
      const going = cache().invalidate({ pattern: 'a:*' }, { pace: '1/h', signal: stop.signal });
      await eventually(async () => expect((await cache().getMany(keys)).size).toBe(29));
      stop.abort();
      expect(await going).toMatchObject({ memoryEntries: 1, isComplete: false });
      expect((await cache().getMany(keys)).size).toBe(29);
    });

    it('ends when the cache is closed', async () => {
      const site = await openHearing();
      await fill(site);
      const going = site.invalidate({ tag: 't' }, { pace: '1/h' });
      await eventually(async () => expect((await site.getMany(keys)).size).toBe(29));
      await site.close();
      expect(await going).toMatchObject({ isComplete: false });
    });

    it.each(TARGETS)('by %j keeps no load that began before it', async (target) => {
      let finish = (_value: string) => {};
      let began = false;
      const loading = cache().getOrLoad(
        'a:new',
        () => {
          began = true;
          return new Promise<string>((resolve) => (finish = resolve));
        },
        { tags: ['t'] },
      );
      await eventually(() => began);
      await cache().invalidate(target, { pace: '1000/s' });
      finish('old');
      expect(await loading).toBe('old');
      expect(await cache().get('a:new')).toBeUndefined();
    });

    it('says which tags nothing carries', async () => {
      await fill();
      const report = await cache().invalidate({ tag: ['t', 'misspelt'] }, { pace: '10000/s' });
      expect(report).toMatchObject({ tags: ['t', 'misspelt'], unknownTags: ['misspelt'] });
    });

    it.each([
      [{ key: 'a:1' }, { pace: '1/s' }, 'pace must be absent for a target by key'],
      [{ tag: 't' }, { pace: '1/s', budget: '1s' }, 'pace must be absent'],
      [{ tag: 't' }, { pace: '0/s' }, "pace must be a text such as '200/s'"],
      [{ tag: 't' }, { pace: 200 }, "pace must be a text such as '200/s'"],
      [{ tag: 't' }, { signal: new AbortController().signal }, 'signal must be an AbortSignal'],
      [{ tag: 't' }, { pace: '1/s', signal: {} }, 'signal must be an AbortSignal'],
    ])('of %j with %j is refused', async (target, options, message) => {
      await expect(cache().invalidate(target as InvalidationTarget, options as never)).rejects.toMatchObject({
        code: 'ERR_CACHE_OPTION',
        message: expect.stringContaining(message),
      });
    });
  });
}
