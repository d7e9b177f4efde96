import type { RedisPort } from '@breakwater/core/redis';
import { eventually } from '@breakwater/testkit';
import { describe, expect, it, vi } from 'vitest';
import type { LoadContext } from '../src/index.ts';
import { useCache } from './use-cache.ts';

/** Calls that will not have what is cached, whatever the tiers. */
export function describeModes(name: string, connect: () => RedisPort | null): void {
  describe(`a call with the mode refresh, on ${name},`, () => {
    const { cache } = useCache(connect, {
      backing: { staleIfError: '1h', load: { retryAfter: '1m' } },
      hard: { load: { hardTimeout: 20 } },
    });

    it('loads what is fresh, and puts it in its place', async () => {
      await cache().set('a', 'old');
      const loader = vi.fn((_key: string, { stale }: LoadContext) => `new, not ${stale<string>()?.value}`);
      expect(await cache().getOrLoad('a', loader, { mode: 'refresh' })).toBe('new, not old');
      expect(await cache().get('a')).toBe('new, not old');
      expect(await cache().getOrLoad('a', loader, { mode: 'cached' })).toBe('new, not old');
      expect(loader).toHaveBeenCalledTimes(1);
    });

    it('does not join a load under way, is joined itself, and is what is kept', async () => {
      const finish: ((value: string) => void)[] = [];
      const slow = vi.fn(() => new Promise<string>((resolve) => void finish.push(resolve)));
      const early = cache().getOrLoad('a', slow);
      await eventually(() => expect(slow).toHaveBeenCalledTimes(1));
      const forced = cache().getOrLoad('a', slow, { mode: 'refresh' });
      const late = cache().getOrLoad('a', slow);
      await eventually(() => expect(slow).toHaveBeenCalledTimes(2));
      finish[1]?.('forced');
      expect(await Promise.all([forced, late])).toEqual(['forced', 'forced']);
      finish[0]?.('early');
      expect(await early).toBe('early');
      expect(await cache().get('a')).toBe('forced');
    });

    it('gives its caller the error, whatever may be served for it, and runs the loader also after an error', async () => {
      await cache().set('a', 'old', { policy: 'backing' });
      const failing = vi.fn(() => Promise.reject(new Error('no price')));
      const refresh = () => cache().getOrLoad('a', failing, { policy: 'backing', mode: 'refresh' });
      await expect(refresh()).rejects.toThrow('no price');
      await expect(refresh()).rejects.toThrow('no price');
      expect(failing).toHaveBeenCalledTimes(2);
      const many = cache().loadMany(['a'], failing, { policy: 'backing', mode: 'refresh' });
      await expect(many).rejects.toThrow('no price');
      expect(await cache().getOrLoad('a', () => 'not run', { policy: 'backing' })).toBe('old');
    });

    it('is bounded by the hard timeout', async () => {
      await cache().set('a', 'old', { policy: 'hard' });
      const never = () => new Promise<string>(() => {});
      const call = cache().getOrLoad('a', never, { policy: 'hard', mode: 'refresh' });
      await expect(call).rejects.toMatchObject({ code: 'ERR_CACHE_LOAD_TIMEOUT' });
    });

    it('of many keys is one run of the loader for all of them', async () => {
      await cache().setMany(Object.entries({ a: 'old', b: 'old' }));
      const loader = vi.fn((keys: readonly string[]) => new Map(keys.map((key) => [key, 'new'])));
      const loaded = await cache().loadMany(['a', 'b', 'c'], loader, { mode: 'refresh' });
      expect([...loaded.values()]).toEqual(['new', 'new', 'new']);
      expect(loader.mock.calls.map(([keys]) => keys)).toEqual([['a', 'b', 'c']]);
      expect(await cache().get('a')).toBe('new');
    });

    it('is not kept where an invalidation overtook it', async () => {
      const overtaken = async () => {
        await cache().invalidate({ key: 'a' });
        return 'overtaken';
      };
      expect(await cache().getOrLoad('a', overtaken, { mode: 'refresh' })).toBe('overtaken');
      expect(await cache().get('a')).toBeUndefined();
    });
  });

  describe(`a call with the mode bypass, on ${name},`, () => {
    const { cache } = useCache(connect, {});

    it('runs the loader for its caller alone, and neither reads nor writes', async () => {
      await cache().set('a', 'cached');
      const loader = vi.fn((_key: string, { stale }: LoadContext) => ({ known: stale() }));
      const calls = [1, 2].map(() => cache().lookupOrLoad('a', loader, { mode: 'bypass' }));
      const answer = { value: { known: undefined }, source: 'loader' };
      expect(await Promise.all(calls)).toEqual([answer, answer]);
      expect(loader).toHaveBeenCalledTimes(2);
      const many = await cache().loadMany(['a', 'b'], () => new Map([['a', 'own']]), { mode: 'bypass' });
      expect([...many]).toEqual([['a', 'own']]);
      expect(await cache().get('a')).toBe('cached');
      expect(await cache().has('b')).toBe(false);
    });

    it('needs no value that can be cached, and gives the loader the signal of its caller', async () => {
      const { signal } = new AbortController();
      const loader = (_key: string, context: LoadContext) => [context.signal, new URL('http://a')];
      const [given, url] = await cache().getOrLoad('a', loader, { mode: 'bypass', signal });
      expect(given).toBe(signal);
      expect(url).toBeInstanceOf(URL);
    });

    it('is counted as bypass for each key, and as neither a hit nor a miss', async () => {
      await cache().set('a', 'cached');
      await cache().getOrLoad('a', () => 'own', { mode: 'bypass' });
      await cache().loadMany(['a', 'b'], () => new Map([['a', 'own']]), { mode: 'bypass' });
      await expect(cache().getOrLoad('a', () => Promise.reject(new Error('no')), { mode: 'bypass' })).rejects.toThrow();
      const counted = { bypass: 4, loads: 3, loadErrors: 1, hitMemory: 0, hitRedis: 0, miss: 0, coalesced: 0 };
      expect(cache().stats().total).toMatchObject(counted);
    });

    it('is refused where there is no such mode', async () => {
      const call = cache().getOrLoad('a', () => 1, { mode: 'force' as 'refresh' });
      await expect(call).rejects.toMatchObject({ code: 'ERR_CACHE_OPTION' });
    });
  });

  describe(`a cache that is switched off, on ${name},`, () => {
    const { cache, open } = useCache(connect, { back: { write: 'back' } });

    it('reads nothing, keeps nothing, and gives each caller the loader’s own', async () => {
      await cache().set('a', 'cached');
      expect(cache().mode).toBe('cached');
      cache().setMode('bypass');
      expect(cache().mode).toBe('bypass');
      const reads = [await cache().get('a'), cache().peek('a'), await cache().lookup('a'), await cache().ttl('a')];
      expect(reads).toEqual([undefined, undefined, undefined, undefined]);
      expect([await cache().has('a'), (await cache().getMany(['a'])).size]).toEqual([false, 0]);
      expect([(await cache().hasMany(['a'])).size, await cache().take('a'), cache().hotKeys(10)]).toEqual([
        0,
        undefined,
        [],
      ]);
      const loader = vi.fn(() => 'loaded');
      await Promise.all([1, 2].map(() => cache().getOrLoad('a', loader)));
      await cache().getOrLoad('a', loader, { mode: 'refresh' });
      expect(loader).toHaveBeenCalledTimes(3);
      expect(await cache().lookupOrLoad('a', loader)).toEqual({ value: 'loaded', source: 'loader' });
      const many = (keys: readonly string[]) => new Map(keys.map((key) => [key, 'loaded']));
      expect([...(await cache().loadMany(['a', 'b'], many)).values()]).toEqual(['loaded', 'loaded']);
      expect(await cache().wrap(loader, { key: () => 'a' })()).toBe('loaded');
      expect(await (await cache().reserve('b')).commit('body')).toBe(false);
      expect(await (await cache().reserveToFill('b'))?.commit('body')).toBe(false);
      cache().setMode('cached');
      expect(await cache().get('a')).toBe('cached');
      expect(await cache().has('b')).toBe(false);
    });

    it('counts each key that is asked for as bypass, under its policy, and nothing as a hit or a miss', async () => {
      await cache().set('a', 'cached');
      cache().setMode('bypass');
      await Promise.all([
        cache().get('a'),
        cache().get('a', { policy: 'back' }),
        cache().lookup('a'),
        cache().take('a'),
      ]);
      await cache().getMany(['a', 'b', 'a']);
      await cache().getOrLoad('a', () => 'loaded');
      await cache().getOrLoad('a', () => 'loaded', { mode: 'refresh' });
      await cache().loadMany(['a', 'b'], () => new Map([['a', 'loaded']]));
      const { policies, total } = cache().stats();
      expect([policies.default?.bypass, policies.back?.bypass]).toEqual([9, 1]);
      expect(total).toMatchObject({ bypass: 10, loads: 3, hitMemory: 0, hitRedis: 0, miss: 0, coalesced: 0 });
    });

    it('counts nowhere what is only looked at, and refuses what it would refuse otherwise', async () => {
      await cache().set('a', 'cached');
      cache().setMode('bypass');
      cache().peek('a');
      await Promise.all([cache().has('a'), cache().hasMany(['a']), cache().ttl('a'), cache().inspect('a')]);
      expect(cache().stats().total).toMatchObject({ bypass: 0, hitMemory: 0, hitRedis: 0, miss: 0 });
      for (const call of [cache().get(''), cache().has(''), cache().ttl(''), cache().take('')]) {
        await expect(call).rejects.toMatchObject({ code: 'ERR_CACHE_KEY' });
      }
      expect(cache().stats().total.bypass).toBe(0);
    });

    it('counts hits and misses again once it is back', async () => {
      await cache().set('a', 'cached');
      cache().setMode('bypass');
      await cache().get('a');
      cache().setMode('cached');
      await Promise.all([cache().get('a'), cache().get('b')]);
      expect(cache().stats().total).toMatchObject({ bypass: 1, hitMemory: 1, miss: 1 });
    });

    it.each(['default', 'back'])('has nothing out of date when it is back: writes by %s', async (policy) => {
      await cache().set('written', 'old', { policy });
      await cache().set('invalidated', 'old', { policy, tags: ['x'] });
      cache().setMode('bypass');
      await cache().set('written', 'new', { policy });
      await cache().invalidate({ tag: 'x' });
      cache().setMode('cached');
      await cache().drain();
      expect([await cache().get('written'), await cache().get('invalidated')]).toEqual([undefined, undefined]);
      expect(await open().get('written')).toBeUndefined();
    });

    it('does not keep a load that began before', async () => {
      const value = await cache().getOrLoad('a', () => {
        cache().setMode('bypass');
        return 'loaded';
      });
      cache().setMode('cached');
      expect([value, await cache().get('a')]).toEqual(['loaded', undefined]);
    });

    it('may begin so, and is refused another mode', async () => {
      const off = open({ mode: 'bypass' });
      await off.set('a', 1);
      expect(await off.get('a')).toBeUndefined();
      expect(() => off.setMode('refresh' as 'bypass')).toThrow(expect.objectContaining({ code: 'ERR_CACHE_OPTION' }));
    });
  });
}
