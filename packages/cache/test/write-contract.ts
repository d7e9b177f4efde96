import type { RedisPort } from '@breakwater/core/redis';
import { describe, expect, it } from 'vitest';
import { createGatedLoader } from './gated-loader.ts';
import { useCache } from './use-cache.ts';

/** What every write strategy has in common, whatever the tiers. */
export function describeWrites(name: string, connect: () => RedisPort | null): void {
  const strategies = ['through', 'back', 'around'] as const;

  describe.each(strategies)(`a policy that writes %s, on ${name},`, (policy) => {
    const { cache, open, clock } = useCache(connect, {
      through: { ttl: '10s', write: 'through' },
      back: { ttl: '10s', write: 'back' },
      around: { ttl: '10s', write: 'around' },
    });

    it('gives back what was set, the last of several writes, and what was set together', async () => {
      await Promise.all([1, 2, 3].map((value) => cache().set('a', value, { policy })));
      expect(await cache().get('a')).toBe(3);
      await cache().setMany(Object.entries({ b: { deep: [1] }, c: undefined }), { policy });
      expect([...(await cache().getMany(['b', 'c']))]).toEqual([
        ['b', { deep: [1] }],
        ['c', undefined],
      ]);
    });

    it('ends an entry with its ttl', async () => {
      await cache().set('a', 1, { policy });
      clock().advance(9999);
      expect(await cache().get('a')).toBe(1);
      clock().advance(1);
      expect(await cache().get('a')).toBeUndefined();
    });

    it.each([{ key: 'a' }, { tag: 'x' }, { pattern: '*' }])(
      'loses its writes to the invalidation %j',
      async (target) => {
        await cache().set('a', 1, { policy, tags: ['x'] });
        await cache().invalidate(target);
        expect(await cache().get('a')).toBeUndefined();
        await cache().drain();
        expect(await cache().get('a')).toBeUndefined();
        await cache().set('a', 2, { policy, tags: ['x'] });
        await cache().drain();
        expect(await cache().get('a')).toBe(2);
      },
    );

    it('loses its writes to clear', async () => {
      await cache().set('a', 1, { policy });
      await cache().clear();
      await cache().drain();
      expect(await cache().get('a')).toBeUndefined();
    });

    it('wins over a load that began before', async () => {
      const loader = createGatedLoader();
      const loading = cache().getOrLoad('a', loader.load);
      await loader.begun(1);
      await cache().set('a', 'set', { policy });
      loader.finish('loaded');
      await loading;
      expect(await cache().get('a')).toBe('set');
      await cache().drain();
      expect(await cache().get('a')).toBe('set');
    });

    it('refuses at the call what cannot be stored', async () => {
      await expect(cache().set('a', () => 1, { policy })).rejects.toMatchObject({ code: 'ERR_CACHE_VALUE' });
      const small = open({ maxEntrySize: 100 });
      await expect(small.set('a', 'x'.repeat(200), { policy })).rejects.toMatchObject({ code: 'ERR_CACHE_VALUE' });
    });

    it('has written all of it once the cache is closed', async () => {
      await cache().set('a', 1, { policy });
      await cache().close();
      expect(cache().stats().writeBack).toMatchObject({ buffered: 0, dropped: 0 });
      const other = open();
      expect(await other.get('a')).toBe(connect() ? 1 : undefined);
    });
  });
}
