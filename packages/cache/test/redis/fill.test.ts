import { eventually } from '@breakwater/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Cache, createCache, type Filling, type PolicyOptions } from '../../src/index.ts';
import { gateRedis } from '../gated-redis.ts';
import { useRedis } from '../use-redis.ts';

const POLICIES: Record<string, PolicyOptions> = {
  default: { load: { leaseWait: '10m' } },
  hasty: { load: { leaseWait: '50ms' } },
};

const instances = useRedis();
let caches: Cache[];

beforeEach(async () => {
  caches = await Promise.all([0, 1, 2].map(() => instances.open(instances.name, { policies: POLICIES })));
});

async function begin(cache: Cache, options?: Parameters<Cache['reserveToFill']>[1]): Promise<Filling> {
  const filling = await cache.reserveToFill('k', options);
  if (!filling) throw new Error('Somebody else has filled it.');
  return filling;
}

/** The others ask for it, and wait. */
async function others(): Promise<Promise<Filling | undefined>[]> {
  const waiting = caches.slice(1).map((cache) => cache.reserveToFill('k', { tags: ['x'] }));
  await eventually(() => caches.slice(1).every((cache) => cache.stats().total.leasesAwaited === 1));
  return waiting;
}

describe('a place that one process fills', () => {
  it('is waited for by the others, and found when it is filled', async () => {
    const [a, b] = caches as [Cache, Cache];
    const filling = await begin(a, { tags: ['x'] });
    expect(filling.right).toBe('lease');
    const waiting = await others();
    expect(await filling.commit('value')).toBe(true);
    expect(await Promise.all(waiting)).toEqual([undefined, undefined]);
    expect(await b.get('k')).toBe('value');
    expect(await b.reserveToFill('k')).toBeUndefined();
  });

  it('is filled by one other where that failed', async () => {
    const [a] = caches as [Cache];
    const filling = await begin(a);
    const waiting = await others();
    filling.abandon('failed');
    const next = await Promise.race(waiting);
    expect(await next?.commit('value')).toBe(true);
    const results = await Promise.all(waiting);
    expect(results.filter((result) => result === undefined)).toHaveLength(1);
  });

  it('is left to every process by itself where its value is not kept', async () => {
    const [a] = caches as [Cache];
    const filling = await begin(a);
    const waiting = await others();
    filling.abandon('unkept');
    const results = await Promise.all(waiting);
    expect(results.map((result) => result?.right)).toEqual(['unkept', 'unkept']);
    expect((await begin(a)).right).toBe('unkept');
  });

  it('is not waited for longer than leaseWait', async () => {
    const [a, b] = caches as [Cache, Cache];
    await begin(a);
    const late = await begin(b, { policy: 'hasty' });
    expect(late.right).toBe('late');
    expect((await begin(b, { leaseWait: '50ms' })).right).toBe('late');
    expect(await late.commit('value')).toBe(true);
    expect(b.stats().total.leasesTimedOut).toBe(2);
  });

  it('may be filled anew over the entry that is there', async () => {
    const [a, b] = caches as [Cache, Cache];
    await a.set('k', 'old');
    const found = await b.lookup('k');
    const filling = await begin(b, found && { over: found.entry });
    const waiting = a.reserveToFill('k', found && { over: found.entry });
    await eventually(() => a.stats().total.leasesAwaited === 1);
    await filling.commit('new');
    expect(await waiting).toBeUndefined();
    expect(await a.get('k')).toBe('new');
  });

  it('is fenced by what is invalidated while it is being filled, and frees those who wait at once', async () => {
    const [a, b] = caches as [Cache, Cache];
    const filling = await begin(a, { tags: ['x'] });
    const waiting = await others();
    await b.invalidate({ tag: 'x' });
    const next = await Promise.race(waiting);
    expect(await filling.commit('old')).toBe(false);
    expect(await next?.commit('new')).toBe(true);
    expect(await b.get('k')).toBe('new');
    await Promise.all(waiting);
  });
});

it('while Redis is away it is not asked once more, and the value stays in memory', async () => {
  const gate = gateRedis(instances.client());
  const cache = await instances.open(instances.name, { redis: gate.client });
  gate.failCommands('mgetBuffer');
  expect(await cache.lookup('k')).toBeUndefined();
  const failed = gate.failed('mgetBuffer');
  const filling = await begin(cache, { tags: ['x'] });
  expect(gate.failed('mgetBuffer')).toBe(failed);
  expect(filling.right).toBe('no-fleet');
  expect(await filling.commit('value')).toBe(true);
  expect(cache.peek('k')?.value).toBe('value');
});

it('without Redis nobody waits, and everybody fills', async () => {
  const cache = createCache();
  const first = await begin(cache);
  expect(first.right).toBe('no-fleet');
  const second = await begin(cache);
  expect(await first.commit('first')).toBe(true);
  expect(await second.commit('second')).toBe(true);
  first.abandon('failed');
  expect(cache.peek('k')?.value).toBe('second');
  await cache.close();
});
