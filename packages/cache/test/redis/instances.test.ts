import { createManualClock, eventually } from '@breakwater/testkit';
import type { Redis } from 'ioredis';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Cache } from '../../src/index.ts';
import { gateRedis } from '../gated-redis.ts';
import { hearAll } from '../instances.ts';
import { useRedis } from '../use-redis.ts';

const instances = useRedis();
let a: Cache;
let b: Cache;

beforeEach(async () => {
  [a, b] = await Promise.all([instances.open(instances.name), instances.open(instances.name)]);
});

describe('two instances', () => {
  it('share entries: what one sets, the other finds in Redis and then in memory', async () => {
    await a.set('k', { when: new Date(5), big: 1n }, { tags: ['x'] });
    await eventually(() => b.stats().bus.received === 1);
    expect(await b.lookup('k')).toMatchObject({
      tier: 'redis',
      entry: { value: { when: new Date(5), big: 1n }, tags: ['x'] },
    });
    expect(await b.lookup('k')).toMatchObject({ tier: 'memory' });
  });

  it.each([
    ['key', { key: 'k:1' }],
    ['tag', { tag: 'x' }],
    ['pattern', { pattern: 'k:*' }],
  ] as const)('hear an invalidation by %s, and drop what it names and nothing else', async (by, target) => {
    await a.set('k:1', 1, { tags: ['x'] });
    await a.set('other', 2);
    await hearAll(b, a);
    await b.get('k:1');
    await b.get('other');
    const heard = vi.fn();
    b.on('cache:invalidated', heard);
    expect(await a.invalidate(target)).toMatchObject({ memoryEntries: 1, shared: true });
    await eventually(() => b.peek('k:1') === undefined);
    expect(heard).toHaveBeenCalledWith({ by, effect: 'invalidate', memoryEntries: 1, remote: true });
    expect(await b.get('k:1')).toBeUndefined();
    expect(b.peek('other')?.value).toBe(2);
  });

  it('hear of a clear, and find nothing of what was there before it in Redis either', async () => {
    await a.setMany([
      ['k:1', 1],
      ['k:2', 2],
    ]);
    await hearAll(b, a);
    await b.get('k:1');
    const heard = vi.fn();
    b.on('cache:invalidated', heard);
    expect(await a.clear()).toMatchObject({ memoryEntries: 2, shared: true });
    await eventually(() => b.peek('k:1') === undefined);
    expect(heard.mock.calls).toEqual([[{ by: 'all', effect: 'invalidate', memoryEntries: 1, remote: true }]]);
    expect(await b.getMany(['k:1', 'k:2'])).toEqual(new Map());
    await a.set('k:1', 3);
    expect(await b.get('k:1')).toBe(3);
  });

  it('serve each other’s stale entries, refresh them once, and take what the other has refreshed', async () => {
    const clock = createManualClock(Date.now());
    const policies = { price: { ttl: '10s', staleWhileRevalidate: '20s' } } as const;
    const [one, two] = await Promise.all([
      instances.open(`${instances.name}-stale`, { clock, policies }),
      instances.open(`${instances.name}-stale`, { clock, policies }),
    ]);
    await one.set('k', 'old', { policy: 'price' });
    await hearAll(two, one);
    await two.get('k');
    clock.advance(10_000);
    expect(await two.getOrLoad('k', () => 'new', { policy: 'price' })).toBe('old');
    await eventually(() => two.peek('k')?.value === 'new');
    expect(await one.getOrLoad('k', () => 'newer', { policy: 'price' })).toBe('old');
    await eventually(() => one.peek('k')?.value === 'new');
    expect(two.stats().policies.price).toMatchObject({ stale: 1, refreshes: 1, loads: 1, miss: 0 });
    expect(one.stats().policies.price).toMatchObject({ stale: 1, refreshes: 1, loads: 0, miss: 0 });
  });

  it('read many keys with few commands, and load what is missing with one run', async () => {
    const keys = Array.from({ length: 100 }, (_, index) => `k:${index}`);
    await a.setMany(keys.slice(0, 50).map((key) => [key, key]));
    const gate = gateRedis(instances.client());
    const reader = await instances.open(instances.name, { redis: gate.client });
    const release = gate.holdReplies('mgetBuffer');
    const loading = reader.loadMany(keys, (missing) => new Map(missing.map((key) => [key, key])));
    // Each key and its tombstone: 32 at once, then up to 128 a command.
    await eventually(() => gate.replied('mgetBuffer') === 3);
    // In one turn: what the entries of one answer stand on is asked for once, and of the next answer again.
    release();
    expect([...(await loading)]).toHaveLength(100);
    expect(gate.replied('mgetBuffer')).toBe(4);
    expect(reader.stats().total).toMatchObject({ hitRedis: 50, miss: 50, loads: 1 });
    expect(await a.getMany(keys)).toEqual(new Map(keys.map((key) => [key, key])));
  });

  it.each([{ key: 'k:1' }, { tag: 'x' }, { pattern: 'k:*' }])(
    'have been told of the invalidation %j by the time that it is reported, and drop what it names as they hear it',
    async (target) => {
      let subscriber: Redis | undefined;
      const client = instances.client();
      const duplicate = (settings?: object) => {
        subscriber = client.duplicate(settings);
        return subscriber;
      };
      const redis = { ...gateRedis(client).client, status: 'ready', duplicate };
      const hearing = await instances.open(instances.name, { redis });
      await a.set('k:1', 1, { tags: ['x'] });
      await hearAll(hearing, a);
      await hearing.get('k:1');
      expect(hearing.peek('k:1')?.value).toBe(1);
      await a.invalidate(target);
      // Redis answers a connection in order: behind this there is nothing left that it was to be told.
      expect(await subscriber?.ping()).toBeDefined();
      expect(hearing.peek('k:1')).toBeUndefined();
    },
  );

  it('see a new value at once when another sets one', async () => {
    await a.set('k', 'old');
    await hearAll(b, a);
    await b.get('k');
    await a.set('k', 'new');
    await eventually(() => b.peek('k') === undefined);
    expect(await b.get('k')).toBe('new');
  });

  it('agree on the last of two sets that cross', async () => {
    for (let round = 0; round < 20; round += 1) {
      await Promise.all([a.set('k', `a${round}`), b.set('k', `b${round}`)]);
      // A message of each is behind both sets, so all that they have to hear is heard.
      const heard = [a.stats().bus.received + 1, b.stats().bus.received + 1];
      await Promise.all([a.set('mark', 1), b.set('mark', 1)]);
      await eventually(() => a.stats().bus.received >= Number(heard[0]) && b.stats().bus.received >= Number(heard[1]));
      const values = await Promise.all([a.get('k'), b.get('k')]);
      expect(values[0]).toBe(values[1]);
    }
  });

  it('tell of a turn’s changes in one message', async () => {
    await a.set('warm', 1, { tags: ['x', 'y'] });
    await eventually(() => b.stats().bus.received === 1);
    const before = b.stats().bus.received;
    const published = a.stats().bus.published;
    await Promise.all([
      a.invalidate({ key: ['1', '2', '3'] }),
      a.invalidate({ tag: ['x', 'y'] }),
      ...Array.from({ length: 20 }, (_, index) => a.set(`k${index}`, index)),
    ]);
    // A lone change leaves at once; a change that finds it under way takes all the others along.
    expect(a.stats().bus.published - published).toBeLessThanOrEqual(2);
    await eventually(() => b.stats().bus.received - before === a.stats().bus.published - published);
  });

  it('do not hear themselves', async () => {
    await a.set('k', 1);
    await a.invalidate({ key: 'other' });
    await eventually(() => b.stats().bus.received === 2);
    expect(a.stats().bus.received).toBe(0);
    expect(a.peek('k')?.value).toBe(1);
  });

  it('report how many keys left Redis, also those not in this memory', async () => {
    for (let index = 0; index < 1200; index += 1) void a.set(`k:${index}`, index);
    await a.set('other', 1);
    const redis = instances.client();
    await redis.config('RESETSTAT');
    expect(await b.invalidate({ pattern: 'k:*' })).toMatchObject({
      memoryEntries: 0,
      redisKeys: 1200,
      tags: [],
      shared: true,
    });
    // In pages: what takes long holds up everybody else's commands.
    const [, scans] = /cmdstat_scan:calls=(\d+)/.exec(await redis.info('commandstats')) ?? [];
    expect(Number(scans)).toBeGreaterThan(1);
    expect(await b.invalidate({ key: ['other', 'missing'] })).toMatchObject({ redisKeys: 1 });
  });

  it.each([
    ['', '-other'],
    ['', ':part'],
    ['*', '-other'],
    [':part', ''],
    ['[a]', 'a'],
  ])('of other namespaces share nothing, named %j and %j', async (suffix, otherSuffix) => {
    const one = await instances.open(`${instances.name}${suffix}`);
    const other = await instances.open(`${instances.name}${otherSuffix}`);
    await one.set('k', 1, { tags: ['x'] });
    expect(await other.get('k')).toBeUndefined();
    await other.set('k', 2, { tags: ['x'] });
    await one.invalidate({ tag: 'x' });
    await one.invalidate({ pattern: '*' });
    await one.clear();
    expect(await other.get('k')).toBe(2);
    const third = await instances.open(`${instances.name}${otherSuffix}`);
    expect(await third.get('k')).toBe(2);
    expect((await third.keys('*')).keys).toEqual(['k']);
    expect(await one.keys('*', { limit: 10_000 })).toEqual({ keys: [], cursor: undefined });
  });

  it('take a frame of another version for a miss, and count it', async () => {
    const redis = instances.client();
    await a.set('k', 1);
    const [entry = ''] = await redis.keys(`bw:1:${instances.name}:entry:*`);
    const frame = (await redis.getBuffer(entry)) ?? Buffer.alloc(0);
    frame.writeUInt8(99, 2);
    await redis.set(entry, frame, 'PX', 60_000);
    const heard = vi.fn();
    b.on('frame:unreadable', heard);
    expect(await b.get('k')).toBeUndefined();
    expect(heard.mock.calls).toEqual([[{ reason: 'version' }]]);
    expect(b.stats().redis.unreadableFrames).toBe(1);
    expect(await b.getOrLoad('k', () => 2)).toBe(2);
  });
});
