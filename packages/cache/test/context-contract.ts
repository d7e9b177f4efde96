import type { RedisPort } from '@breakwater/core/redis';
import { eventually } from '@breakwater/testkit';
import { describe, expect, it, vi } from 'vitest';
import type { LoadContext } from '../src/index.ts';
import { createGatedLoader } from './gated-loader.ts';
import { useCache } from './use-cache.ts';

/** What a loader says of its value while it runs, whatever the tiers. */
export function describeContext(name: string, connect: () => RedisPort | null): void {
  describe(`tags that a loader names, on ${name},`, () => {
    const { cache, clock } = useCache(connect, { page: { ttl: '10s', staleIfError: '30s', tags: ['pages'] } });

    /** A load that names its tag when it is told to go on. */
    function loading(tag: string, value: string) {
      let goOn = () => {};
      const begun = vi.fn();
      const result = cache().getOrLoad(
        'a',
        async (_key, { addTags }) => {
          begun();
          await new Promise<void>((resolve) => (goOn = resolve));
          addTags([tag]);
          return value;
        },
        { policy: 'page' },
      );
      return { result, begun: () => eventually(() => expect(begun).toHaveBeenCalled()), goOn: () => goOn() };
    }

    it('stand behind those of the call, each once, and invalidate the entry', async () => {
      const load = () =>
        cache().getOrLoad('a', (_key, { addTags }) => addTags(['x', 'y', 'pages', 'call']), {
          policy: 'page',
          tags: ['call'],
        });
      await load();
      expect((await cache().lookup('a'))?.entry.tags).toEqual(['pages', 'call', 'x', 'y']);
      await cache().invalidate({ tag: 'y' });
      expect(await cache().get('a')).toBeUndefined();
      expect(await cache().has('a')).toBe(false);
      await load();
      expect(await cache().has('a')).toBe(true);
    });

    it.each([
      ['invalidated', 'before it was named', () => cache().invalidate({ tag: 'x' })],
      ['expired', 'before it was named', () => cache().expire({ tag: 'x' })],
    ])('and that were %s during the load, %s, keep its value from being kept', async (_what, _when, change) => {
      const { result, begun, goOn } = loading('x', 'old');
      await begun();
      await change();
      goOn();
      expect(await result).toBe('old');
      expect(await cache().get('a')).toBeUndefined();
      expect(cache().stats().total.fenced).toBe(1);
    });

    it('and that were invalidated after they were named keep its value from being kept', async () => {
      const value = await cache().getOrLoad('a', async (_key, { addTags }) => {
        addTags(['x']);
        await cache().invalidate({ tag: 'x' });
        return 'old';
      });
      expect([value, await cache().get('a')]).toEqual(['old', undefined]);
    });

    it('and that were invalidated give a caller that came afterwards a load of its own', async () => {
      const { result, begun, goOn } = loading('x', 'old');
      await begun();
      await cache().invalidate({ tag: 'x' });
      const later = cache().getOrLoad('a', () => 'new', { policy: 'page' });
      const many = cache().loadMany(['a'], () => new Map([['a', 'new']]), { policy: 'page' });
      goOn();
      expect(await result).toBe('old');
      expect(await later).toBe('new');
      expect([...(await many).values()]).toEqual(['new']);
    });

    it('once they are known of a key are fenced alone: no other tag keeps the next value from being kept', async () => {
      await cache().getOrLoad('a', (_key, { addTags }) => addTags(['x']), { policy: 'page' });
      await cache().invalidate({ tag: 'x' });
      const { result, begun, goOn } = loading('x', 'value');
      await begun();
      await cache().invalidate({ tag: 'another' });
      goOn();
      expect(await result).toBe('value');
      expect(await cache().get('a')).toBe('value');
    });

    it('and that were invalidated during the load keep the stale entry from being served for its error', async () => {
      await cache().getOrLoad('a', (_key, { addTags }) => addTags(['x']), { policy: 'page' });
      clock().advance(10_000);
      const failing = cache().getOrLoad(
        'a',
        async () => {
          await cache().invalidate({ tag: 'x' });
          throw new Error('no page');
        },
        { policy: 'page' },
      );
      await expect(failing).rejects.toThrow('no page');
    });

    it.each([[['']], ['text'], [Array.from({ length: 128 }, (_, index) => `t${index}`)]])(
      'are refused with a code where they are %j',
      async (tags) => {
        const load = cache().getOrLoad('a', (_key, { addTags }) => addTags(tags as string[]), { policy: 'page' });
        await expect(load).rejects.toMatchObject({ code: 'ERR_CACHE_TAG' });
      },
    );

    it('of a load that is skipped do not send those who joined it to the loader again', async () => {
      const loader = vi.fn(async (_key: string, { addTags, skip }: LoadContext) => {
        addTags(['x']);
        skip();
        return 1;
      });
      expect(await Promise.all([cache().getOrLoad('a', loader), cache().getOrLoad('a', loader)])).toEqual([1, 1]);
      expect(loader).toHaveBeenCalledTimes(1);
    });

    it('may be given to a reservation with its value, too', async () => {
      const reservation = await cache().reserve('a', { policy: 'page' });
      expect(await reservation.commit('body', { tags: ['x'], ttl: '1s' })).toBe(true);
      expect((await cache().lookup('a'))?.entry.tags).toEqual(['pages', 'x']);
      const overtaken = await cache().reserve('a', { policy: 'page' });
      await cache().invalidate({ tag: 'z' });
      expect(await overtaken.commit('body', { tags: ['z'] })).toBe(false);
    });
  });

  describe(`a validator on ${name}`, () => {
    const { cache, clock, open } = useCache(connect, { price: { ttl: '10s', staleIfError: '30s' } });

    /** A source that answers "unchanged" to its present version. */
    function source(version: { etag: string; body: { price: number } }) {
      return vi.fn((_key: string, { stale, setValidator }: LoadContext) => {
        const known = stale<{ price: number }>();
        if (known && known.validator === version.etag) return known.value;
        setValidator(version.etag);
        return { ...version.body };
      });
    }

    it('is what the next load asks the source with, also in another instance; an unchanged value renews its lifetime', async () => {
      const load = (from: ReturnType<typeof open>, loader: ReturnType<typeof source>) =>
        from.getOrLoad('a', loader, { policy: 'price' });
      const first = await load(cache(), source({ etag: '"1"', body: { price: 1 } }));
      expect((await cache().lookup('a'))?.entry.validator).toBe('"1"');
      for (let round = 0; round < 2; round += 1) {
        clock().advance(10_000);
        expect(await load(cache(), source({ etag: '"1"', body: { price: 2 } }))).toEqual(first);
        expect(await cache().ttl('a')).toBe(10_000);
      }
      clock().advance(10_000);
      const reader = connect() ? open() : cache();
      expect(await load(reader, source({ etag: '"1"', body: { price: 3 } }))).toEqual(first);
      clock().advance(10_000);
      expect(await load(cache(), source({ etag: '"2"', body: { price: 4 } }))).toEqual({ price: 4 });
      expect((await cache().lookup('a'))?.entry.validator).toBe('"2"');
    });

    it('and an unchanged value keep the tags that were named with the value: they go on invalidating it', async () => {
      const load = (etag: string, price: number, tags: readonly string[]) =>
        cache().getOrLoad(
          'a',
          (_key, { stale, setValidator, addTags }) => {
            const known = stale<{ price: number }>();
            if (known?.validator === etag) return known.value;
            setValidator(etag);
            addTags(tags);
            return { price };
          },
          { policy: 'price', tags: ['call'] },
        );
      await load('"1"', 1, ['x', 'y']);
      for (let round = 0; round < 2; round += 1) {
        clock().advance(10_000);
        expect(await load('"1"', 2, ['z'])).toEqual({ price: 1 });
        expect((await cache().lookup('a'))?.entry.tags).toEqual(['call', 'x', 'y']);
      }
      clock().advance(10_000);
      await load('"2"', 3, ['x']);
      expect((await cache().lookup('a'))?.entry.tags).toEqual(['call', 'x']);
      await cache().invalidate({ tag: 'y' });
      expect(await cache().get('a')).toEqual({ price: 3 });
      await cache().invalidate({ tag: 'x' });
      expect(await cache().get('a')).toBeUndefined();
    });

    it('and an unchanged value are not kept where the tags of both loads are too many for an entry', async () => {
      const load = (name: string, price: number) =>
        cache().getOrLoad('a', (_key, { stale }) => stale()?.value ?? price, {
          policy: 'price',
          tags: Array.from({ length: 100 }, (_, index) => `${name}${index}`),
        });
      await load('x', 1);
      clock().advance(10_000);
      expect(await load('y', 2)).toBe(1);
      expect(await cache().get('a')).toBeUndefined();
    });

    it('is gone with a value that has none', async () => {
      await cache().getOrLoad('a', source({ etag: '"1"', body: { price: 1 } }), { policy: 'price' });
      await cache().set('a', { price: 2 });
      expect((await cache().lookup('a'))?.entry.validator).toBeUndefined();
    });

    it.each(['', 5, 'x'.repeat(1025)])('is refused with a code where it is %j', async (validator) => {
      const load = cache().getOrLoad('a', (_key, { setValidator }) => setValidator(validator as string));
      await expect(load).rejects.toMatchObject({ code: 'ERR_CACHE_OPTION' });
    });
  });

  describe(`where a value is from, on ${name},`, () => {
    const { cache, clock, open } = useCache(connect, { swr: { ttl: '10s', staleWhileRevalidate: '10s' } });

    it('is told with it', async () => {
      const slow = createGatedLoader();
      const both = Promise.all([1, 2].map(() => cache().lookupOrLoad('a', slow.load, { policy: 'swr' })));
      await slow.begun(1);
      slow.finish('value');
      expect(await both).toEqual([
        { value: 'value', source: 'loader' },
        { value: 'value', source: 'coalesced' },
      ]);
      expect(await cache().lookupOrLoad('a', slow.load, { policy: 'swr' })).toEqual({
        value: 'value',
        source: 'memory',
      });
      clock().advance(10_000);
      expect(await cache().lookupOrLoad('a', () => 'new', { policy: 'swr' })).toEqual({
        value: 'value',
        source: 'stale',
      });
    });

    it('is Redis where another instance has put it there, and the loader where there is none', async () => {
      await cache().set('a', 'value');
      expect(await open().lookupOrLoad('a', () => 'value')).toEqual({
        value: 'value',
        source: connect() ? 'redis' : 'loader',
      });
    });
  });
}
