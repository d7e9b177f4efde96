import type { RedisPort } from '@breakwater/core/redis';
import { eventually } from '@breakwater/testkit';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createMemorySource, type MemorySource } from './memory-source.ts';
import { useCache } from './use-cache.ts';

/** A policy with a source: what is read through it, and written to it, whatever the tiers. */
export function describeSource(name: string, connect: () => RedisPort | null): void {
  let database: MemorySource;
  beforeEach(() => {
    database = createMemorySource({ known: 'row', other: 'row' });
  });
  // The policies are there before a test has its database.
  const source = {
    load: (...given: Parameters<MemorySource['source']['load']>) => database.source.load(...given),
    loadMany: (keys: readonly string[]) => database.source.loadMany(keys),
    store: (key: string, value: unknown) => database.source.store(key, value),
    storeMany: (entries: ReadonlyMap<string, unknown>) => database.source.storeMany(entries),
    remove: (key: string) => database.source.remove(key),
  };
  const { load, loadMany, store, storeMany } = source;
  const policies = {
    through: { source },
    back: { source, write: 'back' },
    around: { source, write: 'around' },
    single: { source: { load, store } },
    many: { source: { loadMany, storeMany } },
    manyBack: { source: { loadMany, storeMany }, write: 'back' },
    storeOnly: { source: { store } },
  } as const;
  const strategies = ['through', 'back', 'around'] as const;

  describe(`a read of a policy with a source, on ${name},`, () => {
    const { cache } = useCache(connect, policies);

    it.each(['through', 'single', 'many'] as const)('takes what is in no tier from it, once: %s', async (policy) => {
      expect(await cache().getOrLoad('known', { policy })).toBe('row');
      expect(await cache().getOrLoad('known', { policy })).toBe('row');
      expect(await cache().get('known')).toBe('row');
      expect(database.calls).toHaveLength(1);
    });

    it.each(['through', 'single', 'many'] as const)('takes many keys from it together: %s', async (policy) => {
      await cache().set('cached', 1);
      const found = await cache().loadMany(['cached', 'known', 'other'], { policy });
      expect(Object.fromEntries(found)).toEqual({ cached: 1, known: 'row', other: 'row' });
      expect(database.calls).toEqual(policy === 'single' ? ['load known', 'load other'] : ['loadMany known,other']);
    });

    it('does not keep what a source for many keys does not have', async () => {
      expect(await cache().getOrLoad('missing', { policy: 'many' })).toBeUndefined();
      expect((await cache().loadMany(['missing'], { policy: 'many' })).size).toBe(0);
      expect(await cache().has('missing')).toBe(false);
    });

    it('gives a loader of the call precedence, and leaves get a read of the tiers', async () => {
      expect(await cache().get('known', { policy: 'through' })).toBeUndefined();
      expect(await cache().getOrLoad('known', () => 'own', { policy: 'through' })).toBe('own');
      expect(database.calls).toEqual([]);
    });

    it('is refused where there is nothing to load from', async () => {
      const refused = { code: 'ERR_CACHE_LOADER', message: expect.stringContaining('"storeOnly"') };
      await expect(cache().getOrLoad('a', { policy: 'storeOnly' })).rejects.toMatchObject(refused);
      await expect(cache().loadMany(['a'], { policy: 'storeOnly' })).rejects.toMatchObject(refused);
      await expect(cache().getOrLoad('a')).rejects.toMatchObject({ code: 'ERR_CACHE_LOADER' });
    });
  });

  describe.each(strategies)(`a policy that writes %s to its source, on ${name},`, (policy) => {
    const { cache } = useCache(connect, policies);

    it('has written to it, one call for many keys', async () => {
      await cache().set('a', 1, { policy });
      await cache().setMany(Object.entries({ b: 2, c: 3 }), { policy });
      await cache().drain();
      expect(Object.fromEntries(database.rows)).toMatchObject({ a: 1, b: 2, c: 3 });
      expect(database.calls).toEqual(
        policy === 'back' ? ['storeMany a=1,b=2,c=3'] : ['store a=1', 'storeMany b=2,c=3'],
      );
    });

    it('has the last of several writes in it, and in the cache', async () => {
      await cache().set('a', 0, { policy });
      await Promise.all([1, 2, 3].map((value) => cache().set('a', value, { policy })));
      await cache().drain();
      expect(database.rows.get('a')).toBe(3);
      expect(await cache().getOrLoad('a', { policy })).toBe(3);
    });

    it('keeps two writes of a key in order, however slow the first is', async () => {
      const release = database.delayNext('store');
      const first = cache().set('a', 1, { policy });
      const second = cache().set('a', 2, { policy });
      const draining = cache().drain();
      await eventually(() => database.calls.length > 0);
      // Time enough for the second to overtake the first, if it could.
      await new Promise((resolve) => setImmediate(resolve));
      release();
      await Promise.all([first, second, draining]);
      await cache().drain();
      expect(database.rows.get('a')).toBe(2);
      expect(await cache().getOrLoad('a', { policy })).toBe(2);
    });

    it('removes from it what is deleted, and what is buffered for it', async () => {
      await cache().set('known', 'new', { policy });
      await cache().delete('known', { policy });
      await cache().drain();
      expect(database.rows.has('known')).toBe(false);
      expect(await cache().get('known')).toBeUndefined();
      expect(database.calls.at(-1)).toBe('remove known');
    });

    it('leaves everything as it was where the source refuses to delete', async () => {
      await cache().getOrLoad('known', { policy });
      database.failWhen('remove', () => true);
      await expect(cache().delete('known', { policy })).rejects.toThrow('no remove of known');
      expect(await cache().get('known')).toBe('row');
    });

    it.each([{ key: 'a' }, { tag: 'x' }, { pattern: '*' }])(
      'does not keep what %j invalidates while the source stores it',
      async (target) => {
        const release = database.hold('store');
        const writing = cache().set('a', 1, { policy, tags: ['x'] });
        const draining = cache().drain();
        await eventually(() => database.calls.length > 0);
        await cache().invalidate(target);
        release();
        await Promise.all([writing, draining]);
        expect(await cache().get('a')).toBeUndefined();
        expect(await cache().getOrLoad('a', { policy })).toBe(1);
      },
    );

    it('does not keep a load that asked the source before the write came to it', async () => {
      const release = database.hold('load');
      const loading = cache().getOrLoad('known', { policy });
      await eventually(() => database.calls.length > 0);
      await cache().set('known', 'new', { policy });
      release();
      expect(await loading).toBe('row');
      expect(await cache().getOrLoad('known', { policy })).toBe('new');
      await cache().drain();
      expect(await cache().getOrLoad('known', { policy })).toBe('new');
    });
  });

  describe(`what a source refuses, on ${name},`, () => {
    const { cache, open } = useCache(connect, policies);

    it.each(['through', 'around'] as const)(
      'is the error of a set that writes %s, and leaves the cache as it was',
      async (policy) => {
        await cache().getOrLoad('known', { policy });
        const recover = database.failWhen('store', () => true);
        await expect(cache().set('known', 'new', { policy })).rejects.toThrow('no store of known');
        expect(await cache().get('known')).toBe('row');
        recover();
        await cache().set('known', 'new', { policy });
        expect(await cache().getOrLoad('known', { policy })).toBe('new');
      },
    );

    it('is the error of setMany, and what the source took is kept', async () => {
      database.failWhen('store', ([key]) => key === 'bad');
      const entries = Object.entries({ good: 1, bad: 2 });
      await expect(cache().setMany(entries, { policy: 'single' })).rejects.toThrow('no store of bad');
      expect(await cache().get('good')).toBe(1);
      expect(await cache().get('bad')).toBeUndefined();
      database.failWhen('storeMany', () => true);
      await expect(cache().setMany(entries, { policy: 'many' })).rejects.toThrow('no storeMany of good,bad');
    });

    it('is told and tried again where it was buffered', async () => {
      const heard = vi.fn();
      cache().on('store:failed', heard);
      const recover = database.failWhen('store', () => true);
      await cache().set('a', 1, { policy: 'back' });
      expect(await cache().drain()).toEqual({ buffered: 1 });
      expect(heard).toHaveBeenCalledWith({ error: expect.objectContaining({ message: 'no store of a' }), entries: 1 });
      expect(await cache().get('a')).toBe(1);
      recover();
      await eventually(() => cache().stats().writeBack.buffered === 0);
      expect(database.rows.get('a')).toBe(1);
      expect(await cache().get('a')).toBe(1);
    });

    it('does not keep back the others of its batch, not even at close', async () => {
      const dropped = vi.fn();
      const closing = open({ writeBack: { interval: '1h', batch: 20 } });
      closing.on('writes:dropped', dropped);
      database.failWhen('storeMany', (keys) => keys.includes('k7'));
      const keys = Array.from({ length: 19 }, (_, index) => `k${index}`);
      await closing.setMany(
        keys.map((key) => [key, key]),
        { policy: 'manyBack' },
      );
      await closing.close();
      expect(keys.filter((key) => !database.rows.has(key))).toEqual(['k7']);
      expect(dropped.mock.calls).toEqual([[{ entries: 1 }]]);
    });
  });

  describe(`what is buffered for a source, on ${name},`, () => {
    const { cache, open } = useCache(connect, policies);
    const policy = 'back';

    it('is stored there though it is invalidated, and found by loads until then', async () => {
      await cache().set('known', 'new', { policy });
      await cache().invalidate({ key: 'known' });
      expect(await cache().get('known')).toBeUndefined();
      expect(await cache().getOrLoad('known', { policy })).toBe('new');
      await cache().invalidate({ key: 'known' });
      expect((await cache().loadMany(['known', 'other'], { policy })).get('known')).toBe('new');
      await cache().drain();
      expect(database.rows.get('known')).toBe('new');
      expect(await cache().getOrLoad('known', { policy })).toBe('new');
    });

    it('is not stored over a write that found no room behind it', async () => {
      const narrow = open({ writeBack: { interval: '1h', maxSize: 600 } });
      await narrow.set('a', 1, { policy });
      await narrow.set('a', 'x'.repeat(500), { policy });
      expect(database.rows.get('a')).toBe('x'.repeat(500));
      expect(await narrow.drain()).toEqual({ buffered: 0 });
      expect(database.calls).toHaveLength(1);
      expect(await narrow.get('a')).toBe('x'.repeat(500));
    });

    it('stays where the write behind it found no room and was refused', async () => {
      const narrow = open({ writeBack: { interval: '1h', maxSize: 600 } });
      await narrow.set('a', 1, { policy });
      const recover = database.failWhen('store', () => true);
      await expect(narrow.set('a', 'x'.repeat(500), { policy })).rejects.toThrow('no store of a');
      recover();
      await narrow.drain();
      expect(database.rows.get('a')).toBe(1);
    });
  });
}
