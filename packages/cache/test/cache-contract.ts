import type { RedisPort } from '@breakwater/core/redis';
import type { ManualClock } from '@breakwater/testkit';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Cache } from '../src/index.ts';
import { createGatedLoader } from './gated-loader.ts';
import { useCache } from './use-cache.ts';

/** What every cache does, whatever its tiers: run with `connect` giving a client, or null for memory alone. */
export function describeCache(name: string, connect: () => RedisPort | null): void {
  describe(`a cache on ${name}`, () => {
    const inUse = useCache(connect, { price: { ttl: '5s', tags: ['prices'] } });
    let cache: Cache;
    let clock: ManualClock;

    beforeEach(() => {
      cache = inUse.cache();
      clock = inUse.clock();
    });

    it('gives back what was set, and undefined on a miss', async () => {
      expect(await cache.get('a')).toBeUndefined();
      await cache.set('a', { price: 1 });
      expect(await cache.get('a')).toEqual({ price: 1 });
    });

    it.each([null, undefined])('has a hit for a cached %s', async (value) => {
      const loader = vi.fn(() => value);
      expect(await cache.getOrLoad('a', loader)).toBe(value);
      expect(await cache.getOrLoad('a', loader)).toBe(value);
      expect(loader).toHaveBeenCalledTimes(1);
      expect((await cache.lookup('a'))?.entry).toMatchObject({ value });
    });

    it('ends an entry with its ttl, to the millisecond', async () => {
      await cache.set('a', 1, { ttl: '2s' });
      clock.advance(1999);
      expect(await cache.get('a')).toBe(1);
      clock.advance(1);
      expect(await cache.get('a')).toBeUndefined();
    });

    it('takes ttl and tags from the policy, and adds the tags of the call', async () => {
      await cache.set('a', 1, { policy: 'price', tags: ['btc'] });
      const found = await cache.lookup('a');
      expect(found?.entry.tags).toEqual(['prices', 'btc']);
      expect(Number(found?.entry.expiresAtMs) - Number(found?.entry.storedAtMs)).toBe(5000);
    });

    it('hands out one frozen object to everybody', async () => {
      await cache.set('a', { nested: { list: [1] } });
      const value = await cache.get<{ nested: { list: number[] } }>('a');
      expect(await cache.get('a')).toBe(value);
      expect(() => value?.nested.list.push(2)).toThrow(TypeError);
    });

    it('removes by key, and reports it', async () => {
      await cache.set('a', 1);
      await cache.set('b', 2);
      expect(await cache.invalidate({ key: ['a', 'missing'] })).toMatchObject({ memoryEntries: 1, tags: [] });
      expect(await cache.get('a')).toBeUndefined();
      expect(await cache.get('b')).toBe(2);
    });

    it('removes by tag what carries it, and nothing else', async () => {
      await cache.set('a', 1, { tags: ['x', 'y'] });
      await cache.set('b', 2, { tags: ['y'] });
      await cache.set('c', 3);
      expect(await cache.invalidate({ tag: 'x' })).toMatchObject({
        memoryEntries: 1,
        redisKeys: 0,
        tags: ['x'],
        unknownTags: [],
      });
      expect(await cache.get('a')).toBeUndefined();
      expect(await cache.get('b')).toBe(2);
      expect(await cache.get('c')).toBe(3);
    });

    it('does not report again by key or pattern what a tag had killed', async () => {
      for (const key of ['a', 'b']) await cache.set(key, 1, { tags: ['x'] });
      expect(await cache.invalidate({ tag: 'x' })).toMatchObject({ memoryEntries: 2 });
      expect(await cache.invalidate({ key: 'a' })).toMatchObject({ memoryEntries: 0 });
      expect(await cache.invalidate({ pattern: '*' })).toMatchObject({ memoryEntries: 0 });
    });

    it('keeps what is set after its tag was invalidated', async () => {
      await cache.invalidate({ tag: 'x' });
      await cache.set('a', 1, { tags: ['x'] });
      expect(await cache.get('a')).toBe(1);
    });

    it('removes by pattern what matches, taking all but * and ? literally', async () => {
      const matching = ['user:1:profile', 'user:é:profile', 'user:{b c%}:profile'];
      const others = ['user:1:cart', 'xuser:1:profile', 'user:1:profile2'];
      for (const key of [...matching, ...others]) await cache.set(key, key);
      const report = await cache.invalidate({ pattern: 'user:*:profile' });
      expect(report.memoryEntries).toBe(3);
      for (const key of matching) expect(await cache.get(key)).toBeUndefined();
      for (const key of others) expect(await cache.get(key)).toBe(key);
    });

    it('matches exactly one character with a question mark', async () => {
      const keys = ['k:1', 'k:é', 'k: ', 'k:😀', 'k:12', 'k:'];
      for (const key of keys) await cache.set(key, key);
      await cache.invalidate({ pattern: 'k:?' });
      const left = await Promise.all(keys.map((key) => cache.get(key)));
      expect(left.filter((key) => key !== undefined)).toEqual(['k:12', 'k:']);
    });

    it.each(['[a-c]*', 'a\\*', '{a}*', 'a[*'])('does not take %j for anything but itself', async (pattern) => {
      const literal = pattern.replaceAll('*', 'z');
      await cache.set(literal, 1);
      for (const key of ['a', 'b', 'abc', 'a*']) await cache.set(key, 1);
      await cache.invalidate({ pattern });
      expect(await cache.get(literal)).toBeUndefined();
      for (const key of ['a', 'b', 'abc', 'a*']) expect(await cache.get(key)).toBe(1);
    });

    it('runs one load for all that ask at once', async () => {
      const loader = createGatedLoader();
      const callers = Array.from({ length: 100 }, () => cache.getOrLoad('a', loader.load));
      await loader.begun(1);
      loader.finish('value');
      expect(new Set(await Promise.all(callers))).toEqual(new Set(['value']));
      expect(loader.runs()).toBe(1);
      expect(cache.stats().total).toMatchObject({ loads: 1, miss: 1, coalesced: 99 });
    });

    it('gives a failed load to all its waiters, and loads again for the next', async () => {
      const failing = vi.fn(() => Promise.reject(new Error('no price')));
      const outcomes = await Promise.allSettled([cache.getOrLoad('a', failing), cache.getOrLoad('a', failing)]);
      expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
      expect(failing).toHaveBeenCalledTimes(1);
      expect(await cache.getOrLoad('a', () => 2)).toBe(2);
      expect(cache.stats().total).toMatchObject({ loads: 2, loadErrors: 1 });
    });

    it.each([
      ['key', { key: 'a' }],
      ['tag', { tag: 'x' }],
      ['pattern', { pattern: 'a*' }],
    ] as const)(
      'does not keep a load that an invalidation by %s overtook, nor lets later callers join it',
      async (_by, target) => {
        const slow = createGatedLoader();
        const early = cache.getOrLoad('a', slow.load, { tags: ['x'] });
        await slow.begun(1);
        await cache.invalidate(target);
        const late = await cache.getOrLoad('a', () => 'new', { tags: ['x'] });
        slow.finish('old');
        expect(await early).toBe('old');
        expect(late).toBe('new');
        expect(await cache.get('a')).toBe('new');
        expect(cache.stats().total.fenced).toBe(1);
      },
    );

    it('lets a set win over a load that began before it', async () => {
      const slow = createGatedLoader();
      const loading = cache.getOrLoad('a', slow.load);
      await slow.begun(1);
      await cache.set('a', 'set');
      slow.finish('loaded');
      expect(await loading).toBe('loaded');
      expect(await cache.get('a')).toBe('set');
    });

    it('keeps what a reservation commits, with the lifetime known then', async () => {
      const reservation = await cache.reserve('a', { tags: ['x'] });
      expect(await reservation.commit('body', { ttl: '1s' })).toBe(true);
      const found = await cache.lookup('a');
      expect(found?.entry).toMatchObject({ value: 'body', tags: ['x'] });
      expect(Number(found?.entry.expiresAtMs) - Number(found?.entry.storedAtMs)).toBe(1000);
    });

    it.each([{ key: 'a' }, { tag: 'x' }, { pattern: '?' }])(
      'refuses a commit after the invalidation %j',
      async (target) => {
        const reservation = await cache.reserve('a', { tags: ['x'] });
        await cache.invalidate(target);
        expect(await reservation.commit('body')).toBe(false);
        expect(await cache.lookup('a')).toBeUndefined();
      },
    );

    it('has spaces with keys and codecs of their own, and shares tags with them', async () => {
      const bytes = cache.space<Buffer>('http', {
        codec: { name: 'raw', encode: (value) => value, decode: (value) => value },
      });
      await cache.set('a', 'value', { tags: ['x'] });
      await bytes.set('a', Buffer.from('body'), { tags: ['x'] });
      expect((await bytes.lookup('a'))?.entry.value).toEqual(Buffer.from('body'));
      expect(bytes.peek('a')?.value).toEqual(Buffer.from('body'));
      await bytes.invalidate({ pattern: '*' });
      expect(await bytes.lookup('a')).toBeUndefined();
      expect(await cache.get('a')).toBe('value');
      await bytes.set('a', Buffer.from('body'), { tags: ['x'] });
      await cache.invalidate({ tag: 'x' });
      expect(await bytes.lookup('a')).toBeUndefined();
      expect(cache.stats().policies.http).toMatchObject({ sets: 2, miss: 2 });
    });

    it('keeps the key of a space out of reach of the cache itself', async () => {
      const part = cache.space<Buffer>('http', {
        codec: { name: 'raw', encode: (value) => value, decode: (value) => value },
      });
      await part.set('a', Buffer.from('body'));
      expect(() => cache.peek('http\u001fa')).toThrow(expect.objectContaining({ code: 'ERR_CACHE_KEY' }));
      await expect(cache.get('http\u001fa')).rejects.toMatchObject({ code: 'ERR_CACHE_KEY' });
    });

    it('counts by policy', async () => {
      await cache.getOrLoad('a', () => 1, { policy: 'price' });
      await cache.get('a', { policy: 'price' });
      cache.peek('a');
      cache.peek('missing');
      await cache.get('missing');
      const { policies, total, memory } = cache.stats();
      expect(policies.price).toMatchObject({ miss: 1, loads: 1, hitMemory: 1 });
      expect(policies.default).toMatchObject({ miss: 1, hitMemory: 1 });
      expect(total).toMatchObject({ miss: 2, hitMemory: 2 });
      expect(memory.entries).toBe(1);
      expect(memory.bytes).toBeGreaterThan(0);
    });

    it('tells its listeners of an invalidation', async () => {
      const heard = vi.fn();
      cache.on('cache:invalidated', heard);
      await cache.set('a', 1);
      await cache.invalidate({ key: 'a' });
      expect(heard.mock.calls).toEqual([[{ by: 'key', effect: 'invalidate', memoryEntries: 1, remote: false }]]);
      expect(cache.stats().invalidations).toEqual({ key: 1, tag: 0, pattern: 0, all: 0, subject: 0, event: 0 });
    });

    it('closes twice without complaint', async () => {
      await cache.close();
      await cache.close();
    });

    describe('refuses, with a code, at the call', () => {
      const circular: Record<string, unknown> = { deep: [{}] };
      (circular.deep as unknown[])[0] = circular;
      const bad: [string, (cache: Cache) => Promise<unknown>, string][] = [
        ['an empty key', (it) => it.get(''), 'ERR_CACHE_KEY'],
        ['a key over 1 KB', (it) => it.set('é'.repeat(513), 1), 'ERR_CACHE_KEY'],
        ['a key with a line break', (it) => it.getOrLoad('a\nb', () => 1), 'ERR_CACHE_KEY'],
        ['half a surrogate pair', (it) => it.get('a\ud800'), 'ERR_CACHE_KEY'],
        ['a negative ttl', (it) => it.set('a', 1, { ttl: -5 }), 'ERR_CACHE_OPTION'],
        ['a ttl of nothing', (it) => it.getOrLoad('a', () => 1, { ttl: 0 }), 'ERR_CACHE_OPTION'],
        ['an unknown policy', (it) => it.get('a', { policy: 'prices' }), 'ERR_CACHE_POLICY'],
        ['an empty tag', (it) => it.set('a', 1, { tags: [''] }), 'ERR_CACHE_TAG'],
        ['a text for tags', (it) => it.set('a', 1, { tags: 'abc' as unknown as string[] }), 'ERR_CACHE_TAG'],
        ['an empty tag to invalidate', (it) => it.invalidate({ tag: '' }), 'ERR_CACHE_TAG'],
        ['an empty pattern', (it) => it.invalidate({ pattern: '' }), 'ERR_CACHE_PATTERN'],
        ['no target', (it) => it.invalidate({} as never), 'ERR_CACHE_TARGET'],
        ['two targets', (it) => it.invalidate({ key: 'a', tag: 'b' } as never), 'ERR_CACHE_TARGET'],
        ['a function', (it) => it.set('a', { run: () => 1 }), 'ERR_CACHE_VALUE'],
        ['a cycle', (it) => it.set('a', circular), 'ERR_CACHE_VALUE'],
        ['a class instance', (it) => it.getOrLoad('a', () => new URL('http://a')), 'ERR_CACHE_VALUE'],
      ];
      it.each(bad)('%s', async (_what, call, code) => {
        await expect(call(cache)).rejects.toMatchObject({ code });
        expect(cache.stats().memory.entries).toBe(0);
      });
    });

    it('refuses to set a value beyond maxEntrySize, and returns but does not keep a loaded one', async () => {
      const small = inUse.open({ maxEntrySize: 100 });
      const refused = vi.fn();
      small.on('value:refused', refused);
      const value = 'x'.repeat(200);
      await expect(small.set('a', value)).rejects.toMatchObject({ code: 'ERR_CACHE_VALUE' });
      expect(await small.getOrLoad('a', () => value)).toBe(value);
      expect(await small.get('a')).toBeUndefined();
      expect(small.stats().policies.default).toMatchObject({ tooLarge: 2, sets: 0 });
      expect(refused.mock.calls).toEqual(
        Array(2).fill([{ policy: 'default', bytes: expect.any(Number), maxBytes: 100 }]),
      );
    });
  });
}
