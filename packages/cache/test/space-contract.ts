import type { RedisPort } from '@breakwater/core/redis';
import { describe, expect, it } from 'vitest';
import type { Cache, Codec } from '../src/index.ts';
import type { InvalidationTarget } from '../src/targets/target.ts';
import { useCache } from './use-cache.ts';

const codec: Codec<Buffer> = { name: 'raw', encode: (value) => value, decode: (value) => value };
const TARGETS: readonly InvalidationTarget[] = [{ key: 'a' }, { tag: 't' }, { pattern: 'a*' }, { all: true }];

/** What a space that finds what is stale does, whatever the tiers. */
export function describeSpaces(name: string, connect: () => RedisPort | null): void {
  describe(`a space on ${name}`, () => {
    const { cache, clock, openHearing } = useCache(connect, {});
    const isShared = () => cache().stats().redis.state === 'up';
    const spaceOf = (site: Cache) => site.space<Buffer>('files', { codec, finds: 'stale' });
    const space = () => spaceOf(cache());

    async function commit(key: string, tags: readonly string[] = ['t']): Promise<void> {
      const reservation = await space().reserve(key, { tags, ttl: '5s', staleIfError: '1m' });
      expect(
        await reservation.commit(Buffer.from('a'), { ttl: '1h', staleWhileRevalidate: 0, staleIfError: '10s' }),
      ).toBe(true);
    }

    it('has calls without a promise where there is no Redis, and only there', () => {
      expect(space().atOnce === undefined).toBe(isShared());
    });

    it('keeps what is committed for as long as the commit says', async () => {
      await commit('a');
      clock().advance(3_600_000 + 9999);
      expect((await space().lookup('a'))?.entry.freshUntilMs).toBe(clock().now() - 9999);
      clock().advance(1);
      expect([space().peek('a'), await space().lookup('a')]).toEqual([undefined, undefined]);
    });

    it.each(TARGETS)(
      'finds what was expired by %j, and says since when it is stale, until its window ends',
      async (target) => {
        await commit('a');
        const other = await openHearing();
        clock().advance(1000);
        const expiredAtMs = clock().now();
        await space().expire(target);
        clock().advance(9999);
        const sites = isShared() ? [cache(), other] : [cache()];
        expect(space().peek('a')?.freshUntilMs).toBe(expiredAtMs);
        for (const site of sites) {
          // A read that the announcement overtakes finds nothing.
          await site.demand(cache().token(), { within: '10s' });
          expect((await spaceOf(site).lookup('a'))?.entry.freshUntilMs).toBe(expiredAtMs);
        }
        clock().advance(1);
        for (const site of sites) expect(await spaceOf(site).lookup('a')).toBeUndefined();
      },
    );

    it.each(TARGETS)('finds nothing more of what was expired by %j without a window', async (target) => {
      await space().set('a', Buffer.from('a'), { tags: ['t'], ttl: '1h' });
      await space().expire(target);
      expect([space().peek('a'), await space().lookup('a')]).toEqual([undefined, undefined]);
    });

    it('is taken by another that finds only what is fresh', () => {
      space();
      expect(() => cache().space('files', { codec })).toThrow("not in use with another codec or another 'finds'");
      expect(() => cache().space('files', { codec, finds: 'any' as never })).toThrow('finds must be');
    });

    it('has pages of its own keys, and a dry run of its own', async () => {
      await commit('a');
      await cache().set('a2', 1, { tags: ['t'] });
      const { keys } = await space().keys('*', { limit: 10_000 });
      expect([...new Set(keys)]).toEqual(['a']);
      const entries = (extent: number) => ({
        memory: { entries: extent },
        redis: { entries: isShared() ? extent : 0 },
      });
      expect(await space().dryRun({ pattern: 'a*' }, { budget: '20s' })).toMatchObject(entries(1));
      expect(await space().dryRun({ key: ['a', 'a2'] }, { budget: '20s' })).toMatchObject(entries(1));
      expect(await space().dryRun({ tag: 't' }, { budget: '20s' })).toMatchObject(entries(2));
    });
  });
}
