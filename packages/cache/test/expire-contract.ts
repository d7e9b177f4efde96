import type { RedisPort } from '@breakwater/core/redis';
import { eventually } from '@breakwater/testkit';
import { describe, expect, it, vi } from 'vitest';
import type { InvalidationTarget } from '../src/targets/target.ts';
import { createGatedLoader } from './gated-loader.ts';
import { useCache } from './use-cache.ts';

const TARGETS: readonly InvalidationTarget[] = [{ key: 'a' }, { tag: 'x' }, { pattern: 'a*' }, { all: true }];

/** What `expire` does, whatever the tiers. */
export function describeExpire(name: string, connect: () => RedisPort | null): void {
  describe(`an expiry on ${name}`, () => {
    const policies = {
      plain: { ttl: '1h', tags: ['x'] },
      swr: { ttl: '1h', staleWhileRevalidate: '20s', tags: ['x'] },
      sie: { ttl: '1h', staleIfError: '60s', tags: ['x'] },
    } as const;
    const { cache, clock, openHearing } = useCache(connect, policies);
    const fail = () => Promise.reject(new Error('no price'));

    it.each(TARGETS)('by %j of an entry that may not be served stale makes it a miss', async (target) => {
      await cache().set('a', 'old', { policy: 'plain' });
      expect(await cache().expire(target)).toMatchObject({ memoryEntries: 1 });
      expect(cache().peek('a')).toBeUndefined();
      expect([await cache().get('a'), await cache().ttl('a')]).toEqual([undefined, undefined]);
      await expect(cache().getOrLoad('a', fail, { policy: 'plain' })).rejects.toThrow('no price');
    });

    it.each(TARGETS)('by %j leaves an entry to be served at once, and refreshed', async (target) => {
      await cache().set('a', 'old', { policy: 'swr' });
      expect(await cache().expire(target)).toMatchObject({ memoryEntries: 1 });
      expect(await cache().get('a')).toBeUndefined();
      expect(await cache().getOrLoad('a', () => 'new', { policy: 'swr' })).toBe('old');
      await eventually(() => expect(cache().peek('a')?.value).toBe('new'));
      expect(await cache().ttl('a')).toBe(3_600_000);
    });

    it.each(TARGETS)(
      'by %j leaves an entry to be served where the loader fails, until its window ends',
      async (target) => {
        await cache().set('a', 'old', { policy: 'sie' });
        clock().advance(1000);
        await cache().expire(target);
        clock().advance(59_999);
        expect(await cache().getOrLoad('a', fail, { policy: 'sie' })).toBe('old');
        clock().advance(1);
        await expect(cache().getOrLoad('a', fail, { policy: 'sie' })).rejects.toThrow('no price');
      },
    );

    it.each(TARGETS)('by %j is no second wind for what was stale already', async (target) => {
      await cache().set('a', 'old', { policy: 'sie' });
      clock().advance(3_600_000 + 59_000);
      await cache().expire(target);
      expect(await cache().getOrLoad('a', fail, { policy: 'sie' })).toBe('old');
      clock().advance(1000);
      await expect(cache().getOrLoad('a', fail, { policy: 'sie' })).rejects.toThrow('no price');
    });

    it.each(TARGETS)('by %j, twice, begins the window with the first', async (target) => {
      await cache().set('a', 'old', { policy: 'sie' });
      await cache().expire(target);
      clock().advance(59_000);
      await cache().expire(target);
      expect(await cache().getOrLoad('a', fail, { policy: 'sie' })).toBe('old');
      clock().advance(1000);
      await expect(cache().getOrLoad('a', fail, { policy: 'sie' })).rejects.toThrow('no price');
    });

    it.each(TARGETS)('by %j does not touch what is written after it', async (target) => {
      await cache().expire(target);
      await cache().set('a', 'new', { policy: 'plain' });
      expect(await cache().get('a')).toBe('new');
      expect(await cache().ttl('a')).toBe(3_600_000);
    });

    it.each(TARGETS)('by %j is followed by an invalidation that leaves nothing', async (target) => {
      await cache().set('a', 'old', { policy: 'sie' });
      await cache().expire(target);
      await cache().set('ab', 'new', { policy: 'sie' });
      await cache().invalidate(target);
      await cache().invalidate({ tag: 'x' });
      await expect(cache().getOrLoad('a', fail, { policy: 'sie' })).rejects.toThrow('no price');
      await expect(cache().getOrLoad('ab', fail, { policy: 'sie' })).rejects.toThrow('no price');
    });

    it.each(TARGETS)('by %j refuses a load that began before it, and lets nobody join it', async (target) => {
      const slow = createGatedLoader();
      const early = cache().getOrLoad('a', slow.load, { policy: 'swr' });
      await slow.begun(1);
      await cache().expire(target);
      expect(await cache().getOrLoad('a', () => 'new', { policy: 'swr' })).toBe('new');
      slow.finish('old');
      expect(await early).toBe('old');
      expect(await cache().get('a')).toBe('new');
      expect(cache().stats().total.fenced).toBe(1);
    });

    it.each(TARGETS)(
      'by %j during a load leaves what it was to replace to be served where it fails',
      async (target) => {
        await cache().set('a', 'old', { policy: 'sie' });
        await cache().expire({ key: 'a' });
        let finish = () => {};
        const slow = vi.fn(() => new Promise<string>((_, reject) => (finish = () => reject(new Error('late')))));
        const loading = cache().getOrLoad('a', slow, { policy: 'sie' });
        await eventually(() => expect(slow).toHaveBeenCalled());
        await cache().expire(target);
        finish();
        expect(await loading).toBe('old');
      },
    );

    it('touches nothing but what it names', async () => {
      await cache().setMany(Object.entries({ a: 1, b: 2 }), { tags: ['y'] });
      await cache().set('c', 3);
      await cache().expire({ key: 'a' });
      await cache().expire({ tag: 'unused' });
      await cache().expire({ pattern: 'a*' });
      expect(await cache().getMany(['a', 'b', 'c'])).toEqual(new Map(Object.entries({ b: 2, c: 3 })));
      expect(await cache().expire({ tag: 'y' })).toMatchObject({ memoryEntries: 1, redisKeys: 0, tags: ['y'] });
      expect(await cache().getMany(['b', 'c'])).toEqual(new Map(Object.entries({ c: 3 })));
    });

    it('reaches the entries of a tag in a space, and only that space by pattern', async () => {
      const codec = { name: 'raw', encode: (value: Buffer) => value, decode: (value: Buffer) => value };
      const bytes = cache().space<Buffer>('http', { codec });
      await bytes.set('a', Buffer.from('body'), { tags: ['y'] });
      await cache().set('a', 'value');
      await bytes.expire({ pattern: '*' });
      expect(await bytes.lookup('a')).toBeUndefined();
      expect(await cache().get('a')).toBe('value');
      await bytes.set('a', Buffer.from('body'), { tags: ['y'] });
      await cache().expire({ tag: 'y' });
      expect(await bytes.lookup('a')).toBeUndefined();
    });

    it('is told to listeners as what it is', async () => {
      const heard = vi.fn();
      cache().on('cache:invalidated', heard);
      await cache().set('a', 1);
      await cache().expire({ key: 'a' });
      expect(heard.mock.calls).toEqual([[{ by: 'key', effect: 'expire', memoryEntries: 1, remote: false }]]);
    });

    it('of everything that is held by nobody does no harm', async () => {
      const empty = await openHearing({ namespace: `empty-${Math.random()}` });
      expect(await empty.expire({ all: true })).toMatchObject({ memoryEntries: 0, tags: [] });
      await empty.set('a', 1);
      expect(await empty.get('a')).toBe(1);
    });
  });
}
