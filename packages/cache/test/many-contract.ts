import type { RedisPort } from '@breakwater/core/redis';
import { eventually } from '@breakwater/testkit';
import { describe, expect, it, vi } from 'vitest';
import { useCache } from './use-cache.ts';

/** Reads, writes and loads of many keys, and the calls around them, whatever the tiers. */
export function describeMany(name: string, connect: () => RedisPort | null): void {
  describe(`many keys at once on ${name}`, () => {
    const { cache, open, clock } = useCache(connect, { price: { ttl: '5s', tags: ['prices'] } });

    it('are set and found in the order they are asked for, with a cached undefined and without a miss', async () => {
      await cache().setMany(Object.entries({ a: 1, b: undefined, c: { d: 3 } }), { policy: 'price', tags: ['x'] });
      const found = await cache().getMany(['c', 'missing', 'b', 'a', 'a'], { policy: 'price' });
      expect([...found]).toEqual([
        ['c', { d: 3 }],
        ['b', undefined],
        ['a', 1],
      ]);
      expect((await cache().lookup('a'))?.entry.tags).toEqual(['prices', 'x']);
      expect(cache().stats().policies.price).toMatchObject({ sets: 3, hitMemory: 3, miss: 1 });
    });

    it('are not set when one of them is refused', async () => {
      const entries: [string, unknown][] = [
        ['a', 1],
        ['b', () => 1],
      ];
      await expect(cache().setMany(entries)).rejects.toMatchObject({ code: 'ERR_CACHE_VALUE' });
      await expect(cache().setMany([['a\n', 1]])).rejects.toMatchObject({ code: 'ERR_CACHE_KEY' });
      expect(await cache().has('a')).toBe(false);
    });

    it('load what no tier has with one run of the loader, and keep it', async () => {
      await cache().set('a', 'set');
      const loader = vi.fn((keys: readonly string[]) => new Map(keys.map((key) => [key, `loaded ${key}`])));
      const expected = [
        ['b', 'loaded b'],
        ['a', 'set'],
        ['c', 'loaded c'],
      ];
      expect([...(await cache().loadMany(['b', 'a', 'c'], loader, { tags: ['x'] }))]).toEqual(expected);
      expect([...(await cache().loadMany(['b', 'a', 'c'], loader))]).toEqual(expected);
      expect(loader.mock.calls.map(([keys]) => keys)).toEqual([['b', 'c']]);
      expect((await cache().lookup('c'))?.entry.tags).toEqual(['x']);
      expect(cache().stats().total).toMatchObject({ loads: 1, miss: 2 });
    });

    it('leave out what the loader leaves out, keep nothing of it, and ignore what it was not asked for', async () => {
      const some = await cache().loadMany(
        ['a', 'b'],
        () =>
          new Map([
            ['b', 2],
            ['c', 3],
          ]),
      );
      expect([...some]).toEqual([['b', 2]]);
      expect(await cache().getMany(['a', 'b', 'c'])).toEqual(new Map([['b', 2]]));
    });

    it('do not call the loader where nothing is missing', async () => {
      const loader = vi.fn(() => new Map());
      await cache().set('a', 1);
      expect(await cache().loadMany([], loader)).toEqual(new Map());
      expect(await cache().loadMany(['a'], loader)).toEqual(new Map([['a', 1]]));
      expect(loader).not.toHaveBeenCalled();
    });

    it('share loads with other callers, of one key and of many', async () => {
      let finish = () => {};
      const gate = new Promise<void>((resolve) => (finish = resolve));
      const loader = (name: string) =>
        vi.fn(async (keys: readonly string[]) => {
          await gate;
          return new Map(keys.map((key) => [key, name]));
        });
      const [first, second, single] = [loader('first'), loader('second'), vi.fn(() => 'single')];
      const loading = Promise.all([
        cache().loadMany(['a', 'b'], first),
        cache().loadMany(['b', 'c'], second),
        cache().getOrLoad('a', single),
        cache().getOrLoad('d', async () => gate.then(() => 'alone')),
        cache().loadMany(['d'], second),
      ]);
      finish();
      const [ab, bc, a, , d] = await loading;
      expect([[...ab.values()], [...bc.values()], a, [...d.values()]]).toEqual([
        ['first', 'first'],
        ['first', 'second'],
        'first',
        ['alone'],
      ]);
      expect([first, second, single].map((fn) => fn.mock.calls.length)).toEqual([1, 1, 0]);
      expect(cache().stats().total).toMatchObject({ loads: 3, miss: 4, coalesced: 3 });
    });

    it('let a caller of one key load it where the batch it waited for had nothing', async () => {
      const [many, one] = await Promise.all([
        cache().loadMany(['a'], () => new Map()),
        cache().getOrLoad('a', () => 1),
      ]);
      expect([many.size, one]).toEqual([0, 1]);
    });

    it('give a failed load to every caller, and load again for the next', async () => {
      const failing = vi.fn(() => Promise.reject(new Error('no prices')));
      const outcomes = await Promise.allSettled([
        cache().loadMany(['a', 'b'], failing),
        cache().getOrLoad('b', () => 1),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
      expect(await cache().loadMany(['a'], () => new Map([['a', 1]]))).toEqual(new Map([['a', 1]]));
      expect(cache().stats().total).toMatchObject({ loads: 2, loadErrors: 1 });
    });

    it('refuse a loader that gives no Map', async () => {
      await expect(cache().loadMany(['a'], () => ({ a: 1 }) as never)).rejects.toMatchObject({
        code: 'ERR_CACHE_VALUE',
        message: expect.stringContaining('must give a Map'),
      });
      await expect(cache().getMany('a' as never)).rejects.toMatchObject({ code: 'ERR_CACHE_KEY' });
    });

    it.each([
      ['key', () => cache().invalidate({ key: 'a' })],
      ['tag', () => cache().invalidate({ tag: 'x' })],
      ['clear', () => cache().clear()],
    ] as const)('are not kept where an invalidation by %s overtook their load', async (by, invalidate) => {
      let finish = () => {};
      const slow = vi.fn(async (keys: readonly string[]) => {
        await new Promise<void>((resolve) => (finish = resolve));
        return new Map(keys.map((key) => [key, 'old']));
      });
      const loading = cache().loadMany(['a', 'b'], slow, { tags: ['x'] });
      await eventually(() => expect(slow).toHaveBeenCalled());
      await invalidate();
      const late = await cache().getOrLoad('a', () => 'new');
      finish();
      expect([...(await loading).values()]).toEqual(['old', 'old']);
      expect(late).toBe('new');
      expect(await cache().get('a')).toBe('new');
      expect(await cache().get('b')).toBe(by === 'key' ? 'old' : undefined);
      expect(cache().stats().total.fenced).toBe(by === 'key' ? 1 : 2);
    });

    it('tells whether a key is there and how long it lives, and counts neither', async () => {
      await cache().set('a', undefined, { ttl: '5s' });
      clock().advance(2000);
      expect([await cache().has('a'), await cache().ttl('a')]).toEqual([true, 3000]);
      expect([await cache().has('b'), await cache().ttl('b')]).toEqual([false, undefined]);
      clock().advance(3000);
      expect([await cache().has('a'), await cache().ttl('a')]).toEqual([false, undefined]);
      expect(cache().stats().total).toMatchObject({ hitMemory: 0, hitRedis: 0, miss: 0 });
    });

    it('deletes a key, and says whether it was there', async () => {
      await cache().set('a', 1);
      expect(await cache().delete('a')).toBe(true);
      expect(await cache().delete('a')).toBe(false);
      expect(await cache().get('a')).toBeUndefined();
      await expect(cache().delete('')).rejects.toMatchObject({ code: 'ERR_CACHE_KEY' });
    });

    it('takes a key for one of those who ask at once, a cached undefined too', async () => {
      await cache().set('once', 'token');
      const taken = await Promise.all([cache().take('once'), cache().take('once'), cache().take('once')]);
      expect(taken.filter((value) => value === 'token')).toHaveLength(1);
      expect(await cache().take('once')).toBeUndefined();
      await cache().set('once', undefined);
      expect(await cache().take('once')).toBeUndefined();
      expect(await cache().has('once')).toBe(false);
    });

    it('says which of many keys are there, without counting', async () => {
      await cache().setMany(Object.entries({ a: 1, b: undefined }));
      expect(await cache().hasMany(['a', 'missing', 'b', 'a'])).toEqual(new Set(['a', 'b']));
      expect(cache().stats().total).toMatchObject({ hitMemory: 0, hitRedis: 0, miss: 0 });
      await expect(cache().hasMany('a' as never)).rejects.toMatchObject({ code: 'ERR_CACHE_KEY' });
    });

    it('clears everything, spaces included, keeps what is set afterwards, and tells of it', async () => {
      const heard = vi.fn();
      cache().on('cache:invalidated', heard);
      const bytes = cache().space<Buffer>('http', {
        codec: { name: 'raw', encode: (value) => value, decode: (value) => value },
      });
      await cache().setMany(Object.entries({ a: 1, b: 2 }), { tags: ['x'] });
      await bytes.set('a', Buffer.from('body'));
      expect(await cache().clear()).toMatchObject({ memoryEntries: 3, redisKeys: 0, tags: [] });
      expect(await cache().getMany(['a', 'b'])).toEqual(new Map());
      expect(await bytes.lookup('a')).toBeUndefined();
      expect(cache().stats()).toMatchObject({ memory: { entries: 0, bytes: 0 }, invalidations: { all: 1, tag: 0 } });
      await cache().set('a', 3, { tags: ['x'] });
      expect(await cache().get('a')).toBe(3);
      expect(heard.mock.calls).toEqual([[{ by: 'all', effect: 'invalidate', memoryEntries: 3, remote: false }]]);
    });

    it('refuses a reservation that was taken before a clear', async () => {
      const reservation = await cache().reserve('a');
      await cache().clear();
      expect(await reservation.commit(1)).toBe(false);
    });

    it('wraps a function: one run for the same key, by the policy and tags given', async () => {
      const fetchPrice = vi.fn(async (pair: string, depth: number) => ({ pair, depth }));
      const priceOf = cache().wrap(fetchPrice, {
        key: (pair, depth) => `${pair}:${depth}`,
        policy: 'price',
        tags: ['x'],
      });
      const prices = await Promise.all([priceOf('btc', 1), priceOf('btc', 1), priceOf('btc', 2)]);
      expect(prices.map(({ depth }) => depth)).toEqual([1, 1, 2]);
      expect(fetchPrice.mock.calls).toEqual([
        ['btc', 1],
        ['btc', 2],
      ]);
      expect((await cache().lookup('btc:1'))?.entry.tags).toEqual(['prices', 'x']);
      expect(() => cache().wrap(fetchPrice, {} as never)).toThrow('key must be a function');
      await expect(cache().wrap(fetchPrice, { key: () => '' })('a', 1)).rejects.toMatchObject({
        code: 'ERR_CACHE_KEY',
      });
    });

    it('takes more keys than one command may carry', async () => {
      const keys = Array.from({ length: 1200 }, (_, index) => `key ${index}`);
      await cache().setMany(keys.map((key) => [key, key]));
      const loaded = await open().loadMany(keys, (missing) => new Map(missing.map((key) => [key, key])));
      expect([...loaded]).toEqual(keys.map((key) => [key, key]));
    });
  });
}
