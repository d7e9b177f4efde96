import { setImmediate } from 'node:timers/promises';
import type { RedisPort } from '@breakwater/core/redis';
import { eventually } from '@breakwater/testkit';
import { describe, expect, it, vi } from 'vitest';
import { createGatedLoader } from './gated-loader.ts';
import { useCache } from './use-cache.ts';

/** What loaders can say, and what is served beyond the ttl, whatever the tiers. */
export function describeStale(name: string, connect: () => RedisPort | null): void {
  describe(`a load on ${name}`, () => {
    const { cache } = useCache(connect, {});

    it('gives the entry the lifetime that its loader says', async () => {
      await cache().getOrLoad('a', (_key, { setTtl }) => {
        setTtl('7s');
        return 1;
      });
      expect(await cache().ttl('a')).toBe(7000);
      const wrong = cache().getOrLoad('b', (_key, { setTtl }) => setTtl(-1));
      await expect(wrong).rejects.toMatchObject({ code: 'ERR_CACHE_OPTION' });
    });

    it('that its loader skips is returned to all that wait, and not kept', async () => {
      const loader = vi.fn(async (_key: string, { skip }: { skip(): void }) => {
        skip();
        return 1;
      });
      expect(await Promise.all([cache().getOrLoad('a', loader), cache().getOrLoad('a', loader)])).toEqual([1, 1]);
      expect(loader).toHaveBeenCalledTimes(1);
      expect(await cache().has('a')).toBe(false);
    });
  });

  describe(`beyond its ttl, on ${name},`, () => {
    const policies = {
      swr: { ttl: '10s', staleWhileRevalidate: '20s' },
      sie: { ttl: '10s', staleIfError: '60s' },
      both: { ttl: '10s', staleWhileRevalidate: '20s', staleIfError: '60s' },
    } as const;
    const { cache, clock } = useCache(connect, policies);
    const fail = () => Promise.reject(new Error('no price'));

    it('an entry is served at once by getOrLoad, refreshed once, and fresh again', async () => {
      await cache().set('a', 'old', { policy: 'swr' });
      clock().advance(10_000);
      const loader = createGatedLoader();
      for (let call = 0; call < 5; call += 1) {
        expect(await cache().getOrLoad('a', loader.load, { policy: 'swr' })).toBe('old');
      }
      await loader.begun(1);
      loader.finish('new');
      await eventually(() => expect(cache().peek('a')?.value).toBe('new'));
      expect(loader.runs()).toBe(1);
      expect(await cache().ttl('a')).toBe(10_000);
      expect(cache().stats().policies.swr).toMatchObject({ stale: 5, refreshes: 1, loads: 1, miss: 0 });
    });

    it('an entry is found by no other call, and is gone after its last day', async () => {
      await cache().set('a', 'old', { policy: 'swr' });
      clock().advance(10_000);
      expect(cache().peek('a')).toBeUndefined();
      expect([await cache().get('a'), await cache().lookup('a'), await cache().ttl('a')]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
      clock().advance(20_000);
      expect(await cache().getOrLoad('a', () => 'new', { policy: 'swr' })).toBe('new');
    });

    it('many entries are served at once, and refreshed by one run of the loader', async () => {
      await cache().setMany(Object.entries({ a: 'old', b: 'old' }), { policy: 'swr' });
      clock().advance(10_000);
      const loader = vi.fn((keys: readonly string[]) => new Map(keys.map((key) => [key, 'new'])));
      const first = await cache().loadMany(['a', 'c', 'b'], loader, { policy: 'swr' });
      expect([...first.values()]).toEqual(['old', 'new', 'old']);
      await eventually(() => expect([cache().peek('a')?.value, cache().peek('b')?.value]).toEqual(['new', 'new']));
      expect(loader.mock.calls.map(([keys]) => keys)).toEqual([['c'], ['a', 'b']]);
    });

    it('a refresh that fails leaves the stale value, and tells of it', async () => {
      const heard = vi.fn();
      cache().on('load:failed', heard);
      await cache().set('a', 'old', { policy: 'swr' });
      clock().advance(29_999);
      expect(await cache().getOrLoad('a', fail, { policy: 'swr' })).toBe('old');
      await eventually(() => expect(heard).toHaveBeenCalledTimes(1));
      expect(heard.mock.calls[0]?.[0].error.message).toBe('no price');
      expect(await cache().getOrLoad('a', () => 'new', { policy: 'swr' })).toBe('old');
    });

    it.each(['drain', 'close'] as const)('a refresh under way is waited for by %s', async (end) => {
      await cache().set('a', 'old', { policy: 'swr' });
      clock().advance(10_000);
      const slow = createGatedLoader();
      expect(await cache().getOrLoad('a', slow.load, { policy: 'swr' })).toBe('old');
      await slow.begun(1);
      let isOver = false;
      const ending = cache()
        [end]()
        .then(() => {
          isOver = true;
        });
      // Time enough to end, for what would not wait.
      for (let turn = 0; turn < 5; turn += 1) await cache().get('another');
      for (let turn = 0; turn < 5; turn += 1) await setImmediate();
      expect(isOver).toBe(false);
      slow.finish('new');
      await ending;
      expect(cache().peek('a')?.value).toBe('new');
    });

    it('an entry is better than an error, until its maximum age', async () => {
      await cache().set('a', 'old', { policy: 'sie' });
      clock().advance(69_999);
      const answers = await Promise.all([
        cache().getOrLoad('a', fail, { policy: 'sie' }),
        cache().getOrLoad('a', fail, { policy: 'sie' }),
      ]);
      expect(answers).toEqual(['old', 'old']);
      expect(cache().stats().policies.sie).toMatchObject({ stale: 2, refreshes: 0, loads: 1, loadErrors: 1 });
      clock().advance(1);
      await expect(cache().getOrLoad('a', fail, { policy: 'sie' })).rejects.toThrow('no price');
    });

    it('many entries are better than an error, where nothing else was asked for', async () => {
      await cache().setMany(Object.entries({ a: 'old', b: 'older' }), { policy: 'sie' });
      clock().advance(69_999);
      const load = (keys: readonly string[]) => cache().loadMany(keys, fail, { policy: 'sie' });
      expect([...(await load(['b', 'a'])).values()]).toEqual(['older', 'old']);
      await expect(load(['a', 'cold'])).rejects.toThrow('no price');
      clock().advance(1);
      await expect(load(['a', 'b'])).rejects.toThrow('no price');
    });

    it('a loader that does not fail is waited for, and gets the stale entry to ask whether it changed', async () => {
      await cache().set('a', { tag: 'v1' }, { policy: 'both' });
      clock().advance(30_000);
      const loader = vi.fn((_key: string, context: { stale<Value>(): { value: Value } | undefined }) => ({
        tag: `${context.stale<{ tag: string }>()?.value.tag}, unchanged`,
      }));
      expect(await cache().getOrLoad('a', loader, { policy: 'both' })).toEqual({ tag: 'v1, unchanged' });
      expect(await cache().getOrLoad('b', (_key, { stale }) => stale())).toBeUndefined();
    });

    it('the windows of a call go before those of its policy', async () => {
      await cache().set('a', 'old', { policy: 'both', staleWhileRevalidate: 0, staleIfError: 0 });
      clock().advance(10_000);
      await expect(cache().getOrLoad('a', fail, { policy: 'both' })).rejects.toThrow('no price');
      const wrong = cache().set('a', 1, { staleIfError: -1 });
      await expect(wrong).rejects.toMatchObject({ code: 'ERR_CACHE_OPTION' });
    });

    it.each([{ key: 'a' }, { tag: 'x' }, { pattern: 'a*' }])(
      'an entry that %j invalidated during the load is not served instead of the error',
      async (target) => {
        await cache().set('a', 'old', { policy: 'sie', tags: ['x'] });
        clock().advance(10_000);
        let finish = () => {};
        const slow = vi.fn(() => new Promise<string>((_, reject) => (finish = () => reject(new Error('late')))));
        const loading = cache().getOrLoad('a', slow, { policy: 'sie', tags: ['x'] });
        await eventually(() => expect(slow).toHaveBeenCalled());
        await cache().invalidate(target);
        finish();
        await expect(loading).rejects.toThrow('late');
      },
    );

    it('a refresh that an invalidation overtook is not kept', async () => {
      await cache().set('a', 'old', { policy: 'swr' });
      clock().advance(10_000);
      const slow = createGatedLoader();
      await cache().getOrLoad('a', slow.load, { policy: 'swr' });
      await slow.begun(1);
      await cache().invalidate({ key: 'a' });
      slow.finish('overtaken');
      await eventually(() => expect(cache().stats().total.fenced).toBe(1));
      expect(await cache().getOrLoad('a', () => 'new', { policy: 'swr' })).toBe('new');
    });
  });
}
