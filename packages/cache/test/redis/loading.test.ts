import { createManualClock, eventually } from '@breakwater/testkit';
import { expect, it, vi } from 'vitest';
import { createGatedLoader } from '../gated-loader.ts';
import { gateRedis } from '../gated-redis.ts';
import { hearAll } from '../instances.ts';
import { useRedis } from '../use-redis.ts';

const instances = useRedis();

it('an eager refresh that another instance has made is taken from Redis', async () => {
  const clock = createManualClock(Date.now());
  const policies = { eager: { ttl: '10s', load: { eagerRefresh: 0.8 } } } as const;
  const [one, other] = await Promise.all([1, 2].map(() => instances.open('eager', { clock, policies })));
  if (!one || !other) throw new Error('There are two.');
  await one.set('a', 'old', { policy: 'eager' });
  await hearAll(other, one);
  expect(await other.get('a')).toBe('old');
  clock.advance(9000);
  await one.getOrLoad('a', () => 'new', { policy: 'eager' });
  await eventually(() => one.peek('a')?.value === 'new');
  const loader = vi.fn(() => 'newer');
  expect(await other.getOrLoad('a', loader, { policy: 'eager' })).toBe('old');
  await eventually(() => other.peek('a')?.value === 'new');
  expect(loader).not.toHaveBeenCalled();
});

it('a load beyond its hard timeout that another instance’s invalidation overtook is not kept', async () => {
  const policies = { hard: { load: { hardTimeout: 20 } } } as const;
  const [one, other] = await Promise.all([1, 2].map(() => instances.open('hard', { policies })));
  if (!one || !other) throw new Error('There are two.');
  const loader = createGatedLoader();
  const loading = one.getOrLoad('a', loader.load, { policy: 'hard' });
  await expect(loading).rejects.toMatchObject({ code: 'ERR_CACHE_LOAD_TIMEOUT' });
  await other.invalidate({ key: 'a' });
  loader.finish('old');
  await eventually(() => one.stats().total.fenced === 1);
  expect(await other.get('a')).toBeUndefined();
});

it('a batch loader is not run for callers who have left while some of its keys were still looked for', async () => {
  const gated = gateRedis(instances.client());
  const cache = await instances.open('left', { redis: gated.client });
  const controller = new AbortController();
  const loader = vi.fn(() => new Map());
  const answerFirst = gated.holdCommands('mgetBuffer');
  const keys = Array.from({ length: 40 }, (_, index) => `k${index}`);
  const loading = cache.loadMany(keys, loader, { signal: controller.signal });
  const answerRest = gated.holdCommands('mgetBuffer');
  await eventually(() => expect(gated.held('mgetBuffer')).toBe(2));
  answerFirst();
  await eventually(() => expect(cache.stats().total.miss).toBeGreaterThan(0));
  controller.abort();
  await expect(loading).rejects.toThrow('aborted');
  answerRest();
  // What is loaded next is loaded when all of that is over.
  expect(await cache.getOrLoad('k39', () => 'alone')).toBe('alone');
  await cache.drain();
  expect(loader).not.toHaveBeenCalled();
  expect(await cache.loadMany(['k0'], () => new Map([['k0', 'again']]))).toEqual(new Map([['k0', 'again']]));
});
