import type { RedisPort } from '@breakwater/core/redis';
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
      await vi.waitFor(() => expect(slow).toHaveBeenCalledTimes(1));
      const forced = cache().getOrLoad('a', slow, { mode: 'refresh' });
      const late = cache().getOrLoad('a', slow);
      await vi.waitFor(() => expect(slow).toHaveBeenCalledTimes(2));
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

    it('is refused where there is no such mode', async () => {
      const call = cache().getOrLoad('a', () => 1, { mode: 'force' as 'refresh' });
      await expect(call).rejects.toMatchObject({ code: 'ERR_CACHE_OPTION' });
    });
  });
}
