import { setImmediate } from 'node:timers/promises';
import type { RedisPort } from '@breakwater/core/redis';
import { eventually } from '@breakwater/testkit';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { LoadTimeoutError } from '../src/index.ts';
import { useCache } from './use-cache.ts';

/** A loader that answers when it is told to. */
function slowLoader() {
  let finish = (_value: unknown) => {};
  let fail = (_error: Error) => {};
  let signal: AbortSignal | undefined;
  const loader = vi.fn((_key: string, context: { signal: AbortSignal }) => {
    signal = context.signal;
    return new Promise<unknown>((resolve, reject) => {
      finish = resolve;
      fail = reject;
    });
  });
  return {
    loader,
    finish: (value: unknown) => finish(value),
    fail: (error: Error) => fail(error),
    signal: () => signal,
    begun: () => eventually(() => expect(loader).toHaveBeenCalled()),
  };
}

const SOFT_TIMEOUT_MS = 20;

/** @returns what lets time pass for the timers that the rest of the test sets. */
function holdTimers(): (ms: number) => void {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  return (ms) => void vi.advanceTimersByTime(ms);
}

/** How loaders are run: for how long, how early, and not again too soon. Whatever the tiers. */
export function describeLoading(name: string, connect: () => RedisPort | null): void {
  describe(`a loader that takes its time, on ${name},`, () => {
    const { cache, clock } = useCache(connect, {
      soft: { ttl: '10s', staleIfError: '30s', load: { softTimeout: SOFT_TIMEOUT_MS } },
      hard: { ttl: '10s', staleIfError: '60s', load: { hardTimeout: 20 } },
      both: { ttl: '10s', staleIfError: '60s', load: { softTimeout: SOFT_TIMEOUT_MS, hardTimeout: 200 } },
      // In Redis, too, nothing but the load itself knows then that another came after it.
      alone: { ttl: '10s', load: { hardTimeout: 20, lease: 'process' } },
    });

    it('beyond its soft timeout leaves its callers the stale value, and what it gives later is kept', async () => {
      await cache().set('a', 'old', { policy: 'soft' });
      clock().advance(10_000);
      const slow = slowLoader();
      const load = () => cache().getOrLoad('a', slow.loader, { policy: 'soft' });
      expect(await Promise.all([load(), load()])).toEqual(['old', 'old']);
      expect(await load()).toBe('old');
      expect(slow.signal()?.aborted).toBe(false);
      slow.finish('new');
      await eventually(() => expect(cache().peek('a')?.value).toBe('new'));
      expect(slow.loader).toHaveBeenCalledTimes(1);
      expect(cache().stats().policies.soft).toMatchObject({ stale: 3, loads: 1, loadErrors: 0, miss: 1 });
    });

    it('beyond its soft timeout is waited for all the same where nothing stale is left', async () => {
      const pass = holdTimers();
      const slow = slowLoader();
      const cold = cache().getOrLoad('cold', slow.loader, { policy: 'soft' });
      await slow.begun();
      pass(SOFT_TIMEOUT_MS);
      slow.finish('cold');
      expect(await cold).toBe('cold');
      vi.useRealTimers();

      await cache().set('a', 'old', { policy: 'soft' });
      clock().advance(10_000);
      const late = slowLoader();
      expect(await cache().getOrLoad('a', late.loader, { policy: 'soft' })).toBe('old');
      clock().advance(30_000);
      const waiting = cache().getOrLoad('a', late.loader, { policy: 'soft' });
      late.finish('new');
      expect(await waiting).toBe('new');
    });

    it('and was overtaken by an invalidation leaves nobody the stale value', async () => {
      await cache().set('a', 'old', { policy: 'soft' });
      clock().advance(10_000);
      const pass = holdTimers();
      let finish = (_value: string) => {};
      const overtaken = vi.fn(() => {
        void cache().invalidate({ key: 'a' });
        return new Promise<string>((resolve) => (finish = resolve));
      });
      const waiting = cache().getOrLoad('a', overtaken, { policy: 'soft' });
      await eventually(() => expect(overtaken).toHaveBeenCalled());
      pass(SOFT_TIMEOUT_MS);
      finish('loaded');
      expect(await waiting).toBe('loaded');
      expect(await cache().get('a')).toBeUndefined();
    });

    it('and fails after its soft timeout tells of it, for no caller hears', async () => {
      const heard = vi.fn();
      cache().on('load:failed', heard);
      await cache().set('a', 'old', { policy: 'soft' });
      clock().advance(10_000);
      const slow = slowLoader();
      expect(await cache().getOrLoad('a', slow.loader, { policy: 'soft' })).toBe('old');
      slow.fail(new Error('no price'));
      await eventually(() => expect(heard).toHaveBeenCalledTimes(1));
    });

    it('beyond its hard timeout is aborted, and fails its callers with a coded error', async () => {
      const slow = slowLoader();
      const calls = [1, 2].map(() => cache().getOrLoad('a', slow.loader, { policy: 'hard' }));
      const outcomes = await Promise.allSettled(calls);
      for (const outcome of outcomes) {
        expect(outcome).toMatchObject({ reason: { code: 'ERR_CACHE_LOAD_TIMEOUT', timeoutMs: 20 } });
      }
      expect(slow.signal()?.reason).toBeInstanceOf(LoadTimeoutError);
      slow.fail(new Error('aborted'));
      expect(await cache().getOrLoad('a', () => 'next', { policy: 'hard' })).toBe('next');
      expect(cache().stats().policies.hard).toMatchObject({ loads: 2, loadErrors: 1 });
    });

    it('beyond its hard timeout leaves its callers the stale value, and tells of it', async () => {
      const heard = vi.fn();
      cache().on('load:failed', heard);
      await cache().set('a', 'old', { policy: 'hard' });
      clock().advance(10_000);
      expect(await cache().getOrLoad('a', slowLoader().loader, { policy: 'hard' })).toBe('old');
      expect(heard.mock.calls[0]?.[0].error.code).toBe('ERR_CACHE_LOAD_TIMEOUT');
    });

    it('beyond both timeouts is aborted though its callers are gone', async () => {
      await cache().set('a', 'old', { policy: 'both' });
      clock().advance(10_000);
      const slow = slowLoader();
      expect(await cache().getOrLoad('a', slow.loader, { policy: 'both' })).toBe('old');
      await eventually(() => expect(slow.signal()?.aborted).toBe(true));
      expect(cache().stats().policies.both).toMatchObject({ stale: 1, loads: 1, loadErrors: 1 });
    });

    it.each(['hard', 'alone'])(
      'and answers although it was aborted is kept, unless another load came after it, under policy %s',
      async (policy) => {
        const [first, second] = [slowLoader(), slowLoader()];
        await expect(cache().getOrLoad('a', first.loader, { policy })).rejects.toThrow('load.hardTimeout');
        first.finish('late');
        await eventually(() => expect(cache().peek('a')?.value).toBe('late'));
        await expect(cache().getOrLoad('b', second.loader, { policy })).rejects.toThrow('load.hardTimeout');
        expect(await cache().getOrLoad('b', () => 'newer', { policy })).toBe('newer');
        second.finish('late');
        await setImmediate();
        // Behind all that it would have sent to Redis.
        await cache().set('another', 1);
        expect(await cache().get('b')).toBe('newer');
      },
    );

    it('of many keys leaves its callers what is stale, where that is all they ask for, and is kept', async () => {
      for (const policy of ['soft', 'hard'] as const) {
        await cache().setMany(Object.entries({ a: 'old', b: 'old' }), { policy });
        clock().advance(10_000);
        let finish = (_found: ReadonlyMap<string, string>) => {};
        const slow = () => new Promise<ReadonlyMap<string, string>>((resolve) => (finish = resolve));
        const found = await cache().loadMany(['a', 'b'], slow, { policy });
        expect([...found.values()]).toEqual(['old', 'old']);
        finish(new Map(Object.entries({ a: 'new', b: 'new' })));
        await eventually(() => expect([cache().peek('a')?.value, cache().peek('b')?.value]).toEqual(['new', 'new']));
        await cache().clear();
      }
      const never = () => new Promise<never>(() => {});
      await cache().set('a', 'old', { policy: 'hard' });
      clock().advance(10_000);
      await expect(cache().loadMany(['a', 'cold'], never, { policy: 'hard' })).rejects.toMatchObject({
        code: 'ERR_CACHE_LOAD_TIMEOUT',
      });
    });

    it('is not kept when an invalidation came after its hard timeout', async () => {
      const slow = slowLoader();
      await expect(cache().getOrLoad('a', slow.loader, { policy: 'hard' })).rejects.toThrow('load.hardTimeout');
      await cache().invalidate({ key: 'a' });
      slow.finish('late');
      await eventually(() => expect(cache().stats().total.fenced).toBe(1));
      expect(await cache().get('a')).toBeUndefined();
    });

    it('does not keep close from ending once it is beyond its hard timeout', async () => {
      await cache().set('a', 'old', { policy: 'both' });
      clock().advance(10_000);
      expect(await cache().getOrLoad('a', slowLoader().loader, { policy: 'both' })).toBe('old');
      await cache().close();
    });
  });

  describe(`a caller with a signal, on ${name},`, () => {
    const { cache } = useCache(connect, {});

    it('stops waiting with its reason while the load goes on for the others', async () => {
      const slow = slowLoader();
      const leaving = new AbortController();
      const left = cache().getOrLoad('a', slow.loader, { signal: leaving.signal });
      const staying = cache().getOrLoad('a', slow.loader, { signal: new AbortController().signal });
      await slow.begun();
      leaving.abort(new Error('the client is gone'));
      await expect(left).rejects.toThrow('the client is gone');
      expect(slow.signal()?.aborted).toBe(false);
      slow.finish('value');
      expect(await staying).toBe('value');
    });

    it('aborts the load when it is the last that waits, which is no error of the loader', async () => {
      const slow = slowLoader();
      const leaving = [new AbortController(), new AbortController()];
      const calls = leaving.map(({ signal }) => cache().getOrLoad('a', slow.loader, { signal }));
      await slow.begun();
      const settled = Promise.allSettled(calls);
      for (const controller of leaving) controller.abort(new Error('gone'));
      expect(await settled).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
      expect(slow.signal()?.reason.message).toBe('gone');
      slow.fail(new Error('aborted'));
      expect(await cache().getOrLoad('a', () => 'next')).toBe('next');
      expect(cache().stats().total).toMatchObject({ loads: 2, loadErrors: 0 });
    });

    it('that is aborted already begins nothing, and is given what memory holds', async () => {
      const signal = AbortSignal.abort(new Error('gone'));
      const loader = vi.fn(() => 1);
      await expect(cache().getOrLoad('a', loader, { signal })).rejects.toThrow('gone');
      await expect(cache().loadMany(['a'], () => new Map(), { signal })).rejects.toThrow('gone');
      expect(loader).not.toHaveBeenCalled();
      await cache().set('a', 2);
      expect(await cache().getOrLoad('a', loader, { signal })).toBe(2);
    });

    it('of many keys aborts their loader only where nobody waits for any of them', async () => {
      const signals: AbortSignal[] = [];
      let finish = () => {};
      const loader = vi.fn(async (keys: readonly string[], { signal }: { signal: AbortSignal }) => {
        signals.push(signal);
        await new Promise<void>((resolve) => (finish = resolve));
        return new Map(keys.map((key) => [key, key]));
      });
      const leaving = new AbortController();
      const many = cache().loadMany(['a', 'b'], loader, { signal: leaving.signal });
      await eventually(() => expect(loader).toHaveBeenCalledTimes(1));
      const one = cache().getOrLoad('b', () => 'not run');
      leaving.abort(new Error('gone'));
      await expect(many).rejects.toThrow('gone');
      expect(signals[0]?.aborted).toBe(false);
      finish();
      expect(await one).toBe('b');

      const again = new AbortController();
      const alone = cache().loadMany(['c', 'd'], loader, { signal: again.signal });
      await eventually(() => expect(loader).toHaveBeenCalledTimes(2));
      again.abort(new Error('gone'));
      await expect(alone).rejects.toThrow('gone');
      expect(signals[1]?.aborted).toBe(true);
      finish();
    });
  });

  describe(`an eager refresh on ${name}`, () => {
    const { cache, clock } = useCache(connect, {
      eager: { ttl: '10s', load: { eagerRefresh: 0.8 } },
      lazy: { ttl: '10s' },
    });

    it('begins with an access beyond the fraction, once, and that access is a hit', async () => {
      await cache().set('a', 'old', { policy: 'eager' });
      const slow = slowLoader();
      const get = () => cache().getOrLoad('a', slow.loader, { policy: 'eager' });
      clock().advance(7999);
      expect(await get()).toBe('old');
      clock().advance(1);
      expect([await get(), await get()]).toEqual(['old', 'old']);
      await slow.begun();
      slow.finish('new');
      await eventually(() => expect(cache().peek('a')?.value).toBe('new'));
      expect(slow.loader).toHaveBeenCalledTimes(1);
      expect(await cache().ttl('a')).toBe(10_000);
      expect(cache().stats().policies.eager).toMatchObject({ hitMemory: 3, refreshes: 1, loads: 1, miss: 0 });
    });

    it('never begins by itself, nor by get, peek, or a policy that does not ask for it', async () => {
      await cache().set('a', 'old', { policy: 'eager' });
      clock().advance(9999);
      const loader = vi.fn(() => 'new');
      await cache().get('a', { policy: 'eager' });
      cache().peek('a', { policy: 'eager' });
      expect(await cache().getOrLoad('a', loader, { policy: 'lazy' })).toBe('old');
      expect(loader).not.toHaveBeenCalled();
      expect(cache().stats().total.refreshes).toBe(0);
    });

    it('of many keys is one run of the loader for those that are due', async () => {
      await cache().setMany(Object.entries({ a: 'old', b: 'old' }), { policy: 'eager' });
      clock().advance(9000);
      await cache().set('c', 'young', { policy: 'eager' });
      const loader = vi.fn((keys: readonly string[]) => new Map(keys.map((key) => [key, 'new'])));
      const found = await cache().loadMany(['a', 'b', 'c'], loader, { policy: 'eager' });
      expect([...found.values()]).toEqual(['old', 'old', 'young']);
      await eventually(() => expect([cache().peek('a')?.value, cache().peek('b')?.value]).toEqual(['new', 'new']));
      expect(loader.mock.calls.map(([keys]) => keys)).toEqual([['a', 'b']]);
    });
  });
}
