import type { RedisPort } from '@breakwater/core/redis';
import { describe, expect, it } from 'vitest';
import type { Cache } from '../src/index.ts';
import type { InvalidationTarget } from '../src/targets/target.ts';
import { useCache } from './use-cache.ts';

/** What a cache says of what it holds, whatever the tiers. */
export function describeInspection(name: string, connect: () => RedisPort | null): void {
  describe(`an inspection on ${name}`, () => {
    const { cache, clock, openHearing } = useCache(connect, {});
    const isShared = () => cache().stats().redis.state === 'up';

    async function fill(): Promise<void> {
      await cache().setMany([
        ['a:1', 'x'.repeat(100)],
        ['a:2', 'x'.repeat(100)],
      ]);
      await cache().set('b:1', 'x'.repeat(1000), { tags: ['t', 'u'] });
      await cache().set('b:2', 'x'.repeat(1000), { tags: ['u'] });
    }

    const targets: readonly (readonly [InvalidationTarget, entries: number])[] = [
      [{ key: ['a:1', 'b:1', 'missing'] }, 2],
      [{ tag: 't' }, 1],
      [{ tag: ['t', 'u', 'unknown'] }, 2],
      [{ tag: 'unknown' }, 0],
      [{ pattern: 'a:*' }, 2],
      [{ pattern: '?:1' }, 2],
      [{ all: true }, 4],
    ];
    it.each(targets)('says of %j that it would end %i entries, and ends none', async (target, entries) => {
      await fill();
      const before = cache().stats();
      const { memory, redis } = await cache().dryRun(target, { budget: '20s' });
      expect(memory.entries).toBe(entries);
      expect(redis).toMatchObject({ entries: isShared() ? entries : 0, isComplete: true });
      expect(memory.bytes).toBeGreaterThanOrEqual(entries * 100);
      expect(redis.bytes).toBeGreaterThanOrEqual(redis.entries * 100);
      expect([cache().stats().memory, cache().audit()]).toEqual([before.memory, []]);
      expect((await cache().getMany(['a:1', 'a:2', 'b:1', 'b:2'])).size).toBe(4);
      await cache().invalidate(target);
      expect((await cache().getMany(['a:1', 'a:2', 'b:1', 'b:2'])).size).toBe(4 - entries);
    });

    it('says bytes as memory counts them', async () => {
      await fill();
      expect((await cache().dryRun({ all: true }, { budget: '20s' })).memory.bytes).toBe(cache().stats().memory.bytes);
    });

    it('leaves out what has ended already', async () => {
      await fill();
      await cache().set('c', 1, { ttl: '1s', tags: ['u'] });
      await cache().expire({ tag: 't' });
      clock().advance(1000);
      expect((await cache().dryRun({ tag: 'u' }, { budget: '20s' })).memory.entries).toBe(1);
      await cache().clear();
      for (const target of [{ tag: 'u' }, { all: true }] as const) {
        expect(await cache().dryRun(target, { budget: '20s' })).toMatchObject({
          memory: { entries: 0 },
          redis: { entries: 0 },
        });
      }
    });

    it('counts what an expiry of its tag left stale, and what depends on a tag', async () => {
      const site = await openHearing({ invalidation: { dependencies: { source: ['u'] } } });
      await site.set('a', 1, { tags: ['u'], staleIfError: '1h' });
      await site.expire({ tag: 'u' });
      await site.getOrLoad('a', () => Promise.reject(new Error('none'))).catch(() => undefined);
      const entries = isShared() ? 1 : 0;
      const report = await site.dryRun({ tag: 'source' }, { budget: '20s' });
      expect(report).toMatchObject({ memory: { entries: 1 }, redis: { entries }, tags: ['source', 'u'] });
    });

    it('lists the keys that match, page by page', async () => {
      const all = Array.from({ length: 250 }, (_, index) => `k:${index}`);
      await cache().setMany(all.map((key) => [key, 1]));
      await cache().setMany([
        ['other', 1],
        ['k:é*', 1],
      ]);
      expect(await listAll(cache(), 'k:*', 20)).toEqual([...all, 'k:é*'].toSorted());
      expect(await listAll(cache(), 'k:é*')).toEqual(['k:é*']);
      expect(await listAll(cache(), 'none:*')).toEqual([]);
    });

    it('keeps the keys of a space to the space', async () => {
      const codec = { name: 'raw', encode: (value: Buffer) => value, decode: (value: Buffer) => value };
      await cache()
        .space<Buffer>('http', { codec })
        .set('a', Buffer.from('body'), { tags: ['t'] });
      await cache().set('b', 1, { tags: ['t'] });
      expect(await listAll(cache(), '*')).toEqual(['b']);
      const { memory, redis } = await cache().dryRun({ tag: 't' }, { budget: '20s' });
      expect([memory.entries, redis.entries]).toEqual([2, isShared() ? 2 : 0]);
    });

    it('tells what each tier has of a key, and uses nothing', async () => {
      await cache().set('a', 1, { ttl: '5s', staleIfError: '5s', tags: ['t'] });
      const before = cache().stats();
      const { memory, redis, tags } = await cache().inspect('a');
      expect(memory).toMatchObject({ value: 1, freshUntilMs: clock().now() + 5000, tags: ['t'] });
      expect(redis).toEqual(isShared() ? memory : undefined);
      expect(tags).toEqual([{ tag: 't', generation: (await cache().describeTag('t')).generation }]);
      expect(await cache().inspect('b')).toEqual({ memory: undefined, redis: undefined, tags: [] });
      expect(cache().stats().policies).toEqual(before.policies);
      await cache().expire({ tag: 't' });
      expect((await cache().inspect('a')).memory).toMatchObject({ value: 1, freshUntilMs: clock().now() });
      await cache().invalidate({ tag: 't' });
      expect(await cache().inspect('a')).toEqual({ memory: undefined, redis: undefined, tags: [] });
    });

    it('tells of no key that it has anything while the cache is switched off', async () => {
      await cache().set('a', 1);
      cache().setMode('bypass');
      expect((await cache().inspect('a')).memory).toBeUndefined();
      cache().setMode('cached');
      expect((await cache().inspect('a')).memory).toBeDefined();
    });

    it('describes a tag', async () => {
      const site = await openHearing({ invalidation: { dependencies: { t: ['u'] } } });
      expect(await site.describeTag('t')).toEqual({
        tag: 't',
        generation: undefined,
        expiredAtMs: [],
        memory: { entries: 0, bytes: 0 },
        dependents: ['u'],
      });
      await site.set('a', 1, { tags: ['t'] });
      const { generation, memory } = await site.describeTag('t');
      expect([typeof generation, memory.entries]).toEqual(['string', 1]);
      await site.expire({ tag: 't' });
      const expired = await site.describeTag('t');
      expect(expired.memory.entries).toBe(0);
      if (isShared()) expect(expired).toMatchObject({ generation, expiredAtMs: [clock().now()] });
    });
  });
}

/** The keys of all pages, each once, sorted. */
async function listAll(cache: Cache, pattern: string, limit?: number): Promise<string[]> {
  const found = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await cache.keys(pattern, { cursor, ...(limit && { limit }) });
    for (const key of page.keys) found.add(key);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return [...found].toSorted();
}
