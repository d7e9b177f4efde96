import type { RedisPort } from '@breakwater/core/redis';
import { eventually } from '@breakwater/testkit';
import { describe, expect, it, vi } from 'vitest';
import { type Cache, CircularLoadError, createCache } from '../src/index.ts';
import { createGatedLoader } from './gated-loader.ts';
import { useCache } from './use-cache.ts';

/** The circle that a load fails with, from its first key by the alphabet: which one finds it depends on who asked when. */
async function circleOf(load: Promise<unknown>): Promise<string> {
  const error = await load.catch((thrown: unknown) => thrown);
  if (!(error instanceof CircularLoadError)) throw new Error('It should have been a circle.', { cause: error });
  const circle = error.keys.slice(1);
  expect(error.keys[0]).toBe(circle.at(-1));
  const first = circle.indexOf([...circle].sort()[0] as string);
  return [...circle.slice(first), ...circle.slice(0, first)].join(' -> ');
}

/** Loaders that would wait for each other. Whatever the tiers. */
export function describeCircles(name: string, connect: () => RedisPort | null): void {
  describe(`a loader that asks for what waits for it, on ${name},`, () => {
    const { cache, clock } = useCache(connect, {
      stale: { ttl: '10s', staleIfError: '60s' },
      soft: { ttl: '10s', staleIfError: '60s', load: { softTimeout: 20 } },
      refreshed: { ttl: '10s', staleWhileRevalidate: '60s' },
    });

    /** Each asks for the next, and the last for the first; as an asynchronous loader does, or at once. */
    function circle(keys: readonly string[], pause: () => Promise<void> | undefined): Promise<unknown> {
      const load = (index: number): Promise<unknown> => {
        const key = keys[index % keys.length] as string;
        return cache().getOrLoad(key, async () => {
          const waiting = pause();
          if (waiting) await waiting;
          return [key, await load(index + 1)];
        });
      };
      return load(0);
    }

    it.each([
      ['at once', () => undefined],
      ['after a wait', () => new Promise<void>((resolve) => setImmediate(resolve))],
    ])('its own key, %s: is told so, and by which keys', async (_when, pause) => {
      expect(await circleOf(circle(['a'], pause))).toBe('a');
      expect(await circleOf(circle(['b', 'c', 'd'], pause))).toBe('b -> c -> d');
      await expect(circle(['e'], pause)).rejects.toMatchObject({
        code: 'ERR_CACHE_CIRCULAR_LOAD',
        message: expect.stringContaining('"e" -> "e"'),
      });
      // And nobody is left behind.
      expect(await Promise.all(['a', 'b', 'c', 'd'].map((key) => cache().getOrLoad(key, () => key)))).toEqual([
        'a',
        'b',
        'c',
        'd',
      ]);
    });

    it('is told so, too, where two callers began the circle at its two ends', async () => {
      const both = createGatedLoader();
      const load = (key: string, other: string) =>
        cache().getOrLoad(key, async () => {
          await both.load();
          return cache().getOrLoad(other, () => 'never run');
        });
      const circles = [load('a', 'b'), load('b', 'a')].map(circleOf);
      await both.begun(2);
      both.finish('both run');
      expect(await Promise.all(circles)).toEqual(['a -> b', 'a -> b']);
    });

    it('may go on without it', async () => {
      const value = await cache().getOrLoad('a', async () => {
        const inner = cache().getOrLoad('a', () => 'never run');
        return inner.catch(() => 'fallback');
      });
      expect(value).toBe('fallback');
      expect(await cache().get('a')).toBe('fallback');
    });

    it('is told so where it loads many, itself or by the loader of another key', async () => {
      const own = cache().loadMany(['a', 'b'], async () => {
        await cache().getOrLoad('b', () => 'never run');
        return new Map();
      });
      expect(await circleOf(own)).toBe('b');
      const indirect = cache().loadMany(['a', 'b'], async () => {
        await cache().getOrLoad('c', () => cache().getOrLoad('a', () => 'never run'));
        return new Map();
      });
      expect(await circleOf(indirect)).toBe('a -> c');
      const many = cache().getOrLoad('a', () => cache().loadMany(['b', 'a'], () => new Map()));
      expect(await circleOf(many)).toBe('a');
    });

    it.each(['refresh', 'bypass'] as const)('is told so across a call with mode %s', async (mode) => {
      const back = () => cache().getOrLoad('a', () => 'never run');
      const one = cache().getOrLoad('a', () => cache().getOrLoad('b', back, { mode }));
      expect(await circleOf(one)).toBe('a -> b');
      const loadMany = async () => new Map([['b', await back()]]);
      const many = cache().getOrLoad('a', () => cache().loadMany(['b'], loadMany, { mode }));
      expect(await circleOf(many)).toBe('a -> b');
      // These wait for nobody.
      expect(await cache().getOrLoad('a', () => cache().getOrLoad('a', () => 'inner', { mode }))).toBe('inner');
    });

    it('is told so across two caches', async () => {
      const other: Cache = createCache();
      const load = cache().getOrLoad('a', () => other.getOrLoad('a', () => cache().getOrLoad('a', () => 'never run')));
      expect(await circleOf(load)).toBe('a -> a');
      await other.close();
    });

    it('leaves its callers what is stale, where that is allowed', async () => {
      await cache().set('a', 'old', { policy: 'stale' });
      clock().advance(20_000);
      const heard = vi.fn();
      cache().on('load:failed', heard);
      const load = () => cache().getOrLoad('a', () => 'never run', { policy: 'stale' });
      expect(await cache().getOrLoad('a', load, { policy: 'stale' })).toBe('old');
      expect(heard).toHaveBeenCalledWith({ error: expect.any(CircularLoadError) });
    });

    it('gets what is stale where its own callers have been answered with it already', async () => {
      await cache().set('a', 'old', { policy: 'soft' });
      clock().advance(20_000);
      const gate = createGatedLoader();
      const outer = cache().getOrLoad(
        'a',
        async () => {
          await gate.load();
          return [await cache().getOrLoad('a', () => 'never run', { policy: 'soft' })];
        },
        { policy: 'soft' },
      );
      expect(await outer).toBe('old');
      gate.finish('go on');
      await eventually(() => expect(cache().peek('a')?.value).toEqual(['old']));
    });

    it('is no circle where several ask for one, or nobody waits', async () => {
      const bottom = () => cache().getOrLoad('d', async () => 'd');
      const side = (key: string) => cache().getOrLoad(key, bottom);
      expect(await cache().getOrLoad('a', () => Promise.all([side('b'), side('c'), bottom(), bottom()]))).toEqual(
        Array(4).fill('d'),
      );

      // A refresh in the background, which a loader began.
      await cache().set('news', 'old', { policy: 'refreshed' });
      clock().advance(20_000);
      const gate = createGatedLoader();
      const page = cache().getOrLoad('page', async () => {
        const refresh = () => cache().getOrLoad('page', () => 'never run');
        const news = await cache().getOrLoad('news', refresh, { policy: 'refreshed' });
        return `${news} ${await gate.load()}`;
      });
      await gate.begun(1);
      gate.finish('page');
      expect(await page).toBe('old page');
      await eventually(() => expect(cache().peek('news')?.value).toBe('old page'));
    });

    it('is no circle once it is over, whatever it has begun', async () => {
      const gate = createGatedLoader();
      let later: Promise<unknown> = Promise.resolve();
      await cache().getOrLoad('a', () => {
        later = gate.load().then(() => cache().getOrLoad('a', () => 'never run'));
        return 'first';
      });
      await cache().invalidate({ key: 'a' });
      const second = createGatedLoader();
      const loading = cache().getOrLoad('a', second.load);
      await second.begun(1);
      gate.finish('go on');
      await eventually(() => expect(cache().stats().total.loads).toBe(2));
      second.finish('second');
      expect(await Promise.all([later, loading])).toEqual(['second', 'second']);
    });
  });
}
