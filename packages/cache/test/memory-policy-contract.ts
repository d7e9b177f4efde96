import type { RedisPort } from '@breakwater/core/redis';
import { describe, expect, it } from 'vitest';
import type { LoadContext } from '../src/index.ts';
import { useCache } from './use-cache.ts';

/** What a policy says of memory: run with `connect` giving a client, or null for memory alone. */
export function describeMemoryPolicies(name: string, connect: () => RedisPort | null): void {
  describe(`policies of memory on ${name}`, () => {
    const { cache, clock, open } = useCache(connect, {
      small: { memory: { maxSize: '11kb' } },
      none: { memory: { maxSize: 0 } },
      copied: { memory: { values: 'copied' } },
    });
    const text = 'x'.repeat(3000);

    it('let a policy have no more of memory than its share, and take none of it from others', async () => {
      await cache().set('other', text);
      for (const key of ['a', 'b', 'c', 'd']) await cache().set(key, text, { policy: 'small' });
      const isHeld = (key: string) => cache().peek(key) !== undefined;
      expect(['other', 'a', 'b', 'c', 'd'].map(isHeld)).toEqual([true, false, true, true, true]);
      expect(cache().stats().memory.evictions).toBe(1);
    });

    it('do not keep in memory what is larger than the share', async () => {
      await cache().set('large', text.repeat(4), { policy: 'small' });
      expect(cache().peek('large')).toBeUndefined();
      expect((await cache().lookup('large'))?.tier).toBe(connect() ? 'redis' : undefined);
    });

    it('keep all entries out of memory, or those of one policy, where they give them no room', async () => {
      const off = open({ memory: { maxSize: 0 } });
      const tier = connect() ? 'redis' : undefined;
      for (const [site, policy] of [
        [off, undefined],
        [cache(), 'none'],
      ] as const) {
        await site.set('a', 1, { policy });
        await site.setMany([['b', 2]], { policy });
        await site.getOrLoad('c', () => 3, { policy });
        for (const key of ['a', 'b', 'c']) {
          expect((await site.lookup(key, { policy }))?.tier).toBe(tier);
          expect(site.peek(key)).toBeUndefined();
        }
        expect(site.stats().memory).toMatchObject({ entries: 0, bytes: 0, evictions: 0 });
        await site.clear();
      }
    });

    it('freeze the given object, which every reader gets, where they say nothing else', async () => {
      const value = { list: [1] };
      await cache().set('a', value);
      expect(Object.isFrozen(value.list)).toBe(true);
      expect(await cache().get('a')).toBe(value);
    });

    it('give every reader a copy to write to, and leave the given object alone', async () => {
      const value = { list: [1] };
      const policy = 'copied';
      await cache().set('a', value, { policy });
      value.list.push(2);
      const reads = [
        await cache().get<typeof value>('a', { policy }),
        (await cache().lookup<typeof value>('a', { policy }))?.entry.value,
        cache().peek<typeof value>('a', { policy })?.value,
        (await cache().getMany<typeof value>(['a'], { policy })).get('a'),
        await cache().getOrLoad<typeof value>('a', () => value, { policy }),
        (await cache().loadMany<typeof value>(['a'], () => new Map(), { policy })).get('a'),
        await open().get<typeof value>('a', { policy }),
      ].slice(0, connect() ? 7 : 6);
      for (const read of reads) {
        expect(read).toEqual({ list: [1] });
        read?.list.push(3);
      }
    });

    it('give all who wait for one load a copy each', async () => {
      const value = { list: [1] };
      const load = async () => value;
      const callers = [1, 2, 3].map(() => cache().getOrLoad('a', load, { policy: 'copied' }));
      const many = cache().loadMany(['a', 'b'], async () => new Map([['b', value]]), { policy: 'copied' });
      const found = [...(await Promise.all(callers)), ...(await many).values()];
      expect(found).toHaveLength(5);
      expect(new Set([...found, value]).size).toBe(6);
      for (const one of found) one.list.push(2);
      expect(await cache().get('a')).toEqual({ list: [1] });
      expect(value).toEqual({ list: [1] });
    });

    it('show whoever inspects an entry a copy of it, too', async () => {
      const policy = 'copied';
      await cache().set('a', { seen: new Map([['at', 1]]) }, { policy });
      const { memory } = await cache().inspect<{ seen: Map<string, number> }>('a', { policy });
      memory?.value.seen.set('at', 2);
      expect(memory?.value.seen.get('at')).toBe(2);
      expect(await cache().get('a', { policy })).toEqual({ seen: new Map([['at', 1]]) });
    });

    it('give a loader a copy of what it is to replace, which it may write to, and return to renew the entry', async () => {
      const options = { policy: 'copied', ttl: '1s', staleIfError: '1m' } as const;
      const first = (_key: string, { setValidator }: LoadContext) => {
        setValidator('v1');
        return { list: [1] };
      };
      await cache().getOrLoad('a', first, options);
      clock().advance(1000);
      const seen: unknown[] = [];
      const failing = (_key: string, { stale }: LoadContext) => {
        const list = stale<{ list: number[] }>()?.value.list;
        list?.push(2);
        seen.push(list);
        throw new Error('no answer');
      };
      expect(await cache().getOrLoad('a', failing, options)).toEqual({ list: [1] });
      const unchanged = (_key: string, { stale }: LoadContext) => {
        seen.push(stale()?.validator);
        return stale<{ list: number[] }>()?.value;
      };
      expect(await cache().getOrLoad('a', unchanged, options)).toEqual({ list: [1] });
      clock().advance(1000);
      await cache().getOrLoad('a', unchanged, options);
      expect(seen).toEqual([[1, 2], 'v1', 'v1']);
    });

    it('give every reader of what is stale a copy, and whoever takes a value', async () => {
      const options = { policy: 'copied', ttl: '1s', staleWhileRevalidate: '1m' } as const;
      await cache().set('a', { list: [1] }, options);
      clock().advance(1000);
      const skip = (_key: string, context: LoadContext) => context.skip();
      for (let read = 0; read < 3; read += 1) {
        const { value, source } = await cache().lookupOrLoad<unknown>('a', skip, options);
        expect([value, source]).toEqual([{ list: [1] }, 'stale']);
        (value as { list: number[] }).list.push(2);
      }
      await cache().set('once', { list: [1] }, { policy: 'copied' });
      const taken = await cache().take<{ list: number[] }>('once', { policy: 'copied' });
      expect(taken?.list.push(2)).toBe(2);
    });

    it('hand out what a load does not keep, whatever it is', async () => {
      const url = new URL('http://localhost');
      const load = (_key: string, context: { skip(): void }) => {
        context.skip();
        return url;
      };
      expect(await cache().getOrLoad('a', load, { policy: 'copied' })).toBe(url);
      expect(await cache().getOrLoad('a', load)).toBe(url);
      expect(Object.isFrozen(url)).toBe(false);
    });
  });
}
