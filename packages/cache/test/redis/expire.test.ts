import { eventually } from '@breakwater/testkit';
import type { Redis } from 'ioredis';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Cache } from '../../src/index.ts';
import type { InvalidationTarget } from '../../src/targets/target.ts';
import { createGatedLoader } from '../gated-loader.ts';
import { openGatedPair } from '../gated-pair.ts';
import { deafRedis, type GatedRedis } from '../gated-redis.ts';
import { hearAll } from '../instances.ts';
import { useRedis } from '../use-redis.ts';

const TARGETS: readonly InvalidationTarget[] = [{ key: 'k' }, { tag: 'x' }, { pattern: 'k*' }, { all: true }];

const instances = useRedis();
let redis: Redis;
let gate: GatedRedis;
let gated: Cache;
let other: Cache;

const policies = { sie: { ttl: '1h', staleIfError: '1h', tags: ['x'] }, plain: { ttl: '1h', tags: ['x'] } } as const;
const fail = () => Promise.reject(new Error('no price'));
/** What is served where the loader fails; a fresh hit would be found by `get` too. */
const staleOf = async (cache: Cache) => [
  await cache.get('k'),
  await cache.getOrLoad('k', fail, { policy: 'sie' }).catch(() => 'nothing'),
];

beforeAll(() => {
  redis = instances.client();
});
beforeEach(async () => {
  ({ gate, gated, other } = await openGatedPair(instances, { policies }));
});

describe('an expiry by another instance', () => {
  it.each(TARGETS)('by %j makes an entry in memory stale', async (target) => {
    await other.set('k', 'old', { policy: 'sie' });
    await hearAll(gated, other);
    expect(await gated.get('k')).toBe('old');
    expect(await other.expire(target)).toMatchObject({ memoryEntries: 1, shared: true });
    await hearAll(gated, other);
    expect(gated.peek('k')).toBeUndefined();
    expect(await staleOf(gated)).toEqual([undefined, 'old']);
    expect(await staleOf(other)).toEqual([undefined, 'old']);
  });

  it.each(TARGETS)('by %j refuses a load that began before, or leaves it stale', async (target) => {
    const deaf = instances.openUnheard(instances.name, { redis: deafRedis(instances.client()), policies });
    const loader = createGatedLoader();
    const loading = deaf.getOrLoad('k', loader.load, { policy: 'sie' });
    await loader.begun(1);
    await other.expire(target);
    loader.finish('old');
    expect(await loading).toBe('old');
    expect(await other.get('k')).toBeUndefined();
    expect(await other.getOrLoad('k', () => 'new', { policy: 'plain' })).toBe('new');
  });

  it.each(TARGETS)('by %j refuses a commit that is already on the way', async (target) => {
    const reservation = await gated.reserve('k', { policy: 'sie' });
    const release = gate.holdCommands('evalsha');
    const committing = reservation.commit('old');
    await other.expire(target);
    await hearAll(gated, other);
    release();
    expect(await committing).toBe(false);
    expect(await gated.get('k')).toBeUndefined();
    expect(await other.get('k')).toBeUndefined();
  });

  it.each(TARGETS)('by %j that overtakes a read does not let the entry into memory as fresh', async (target) => {
    await other.set('k', 'old', { policy: 'sie' });
    await hearAll(gated, other);
    const release = gate.holdReplies('mgetBuffer');
    const reading = gated.get('k');
    await eventually(() => gate.replied('mgetBuffer') === 1);
    await other.expire(target);
    await hearAll(gated, other);
    release();
    await reading;
    expect(gated.peek('k')).toBeUndefined();
    expect(await staleOf(gated)).toEqual([undefined, 'old']);
  });
});

describe('an expiry of this instance', () => {
  it.each(TARGETS)('by %j leaves nothing fresh that a read brought while it was on its way', async (target) => {
    await gated.set('k', 'old', { policy: 'sie' });
    const release = gate.holdCommands('evalsha');
    const expiring = gated.expire(target);
    await gated.get('k');
    release();
    await expiring;
    expect(gated.peek('k')).toBeUndefined();
    expect(await staleOf(gated)).toEqual([undefined, 'old']);
  });

  it.each(TARGETS)(
    'by %j that Redis does not take leaves entries stale here, and removes them there',
    async (target) => {
      await gated.set('k', 'old', { policy: 'sie' });
      const repair = gate.failCommands('evalsha');
      expect(await gated.expire(target)).toMatchObject({ memoryEntries: 1, shared: false });
      expect(await staleOf(gated)).toEqual([undefined, 'old']);
      repair();
      const third = await instances.open(instances.name, { policies });
      await eventually(async () => (await third.get('k')) === undefined);
      expect(await staleOf(third)).toEqual([undefined, 'nothing']);
    },
  );
});

describe('in Redis, an expired entry', () => {
  const entry = () => `bw:1:${instances.name}:entry:{k}`;

  it.each([{ key: 'k' }, { pattern: 'k*' }])('by %j keeps its time to live', async (target) => {
    await other.set('k', 'old', { policy: 'sie' });
    const before = await redis.pttl(entry());
    expect(await other.expire(target)).toMatchObject({ redisKeys: 1 });
    const after = await redis.pttl(entry());
    expect(after).toBeGreaterThan(before - 600_000);
    expect(after).toBeLessThanOrEqual(before);
  });

  it.each([{ key: 'k' }, { pattern: 'k*' }])('by %j leaves where it may not be served stale', async (target) => {
    await other.set('k', 'old', { policy: 'plain' });
    expect(await other.expire(target)).toMatchObject({ redisKeys: 1 });
    expect(await redis.exists(entry())).toBe(0);
  });

  it.each([{ key: 'k' }, { pattern: 'k*' }])(
    'by %j leaves where it is none that this version can read',
    async (target) => {
      await redis.set(entry(), 'BW\u0001 of another version, and long enough', 'PX', 60_000);
      await other.expire(target);
      expect(await redis.exists(entry())).toBe(0);
      await redis.lpush(entry(), 'planted');
      await redis.pexpire(entry(), 60_000);
      expect(await other.expire(target)).toMatchObject({ redisKeys: 1, shared: true });
      expect(await redis.exists(entry())).toBe(0);
    },
  );

  it('is told by the generation of its tag, which holds the last four times and its time to live', async () => {
    await other.set('k', 'old', { policy: 'sie' });
    const tag = `bw:1:${instances.name}:tag:{x}`;
    const id = await redis.get(tag);
    for (let time = 0; time < 6; time += 1) await other.expire({ tag: 'x' });
    const [first, ...times] = String(await redis.get(tag)).split('~');
    expect(first).toBe(id);
    expect(times).toHaveLength(4);
    expect(new Set(times).size).toBe(4);
    expect(times).toEqual(times.toSorted());
    expect(await redis.pttl(tag)).toBeGreaterThan(80_000_000);
    expect(await staleOf(other)).toEqual([undefined, 'old']);
    await other.set('k', 'new', { policy: 'plain' });
    expect(await gated.get('k')).toBe('new');
  });

  it('of a tag that Redis has lost is dead', async () => {
    await other.set('k', 'old', { policy: 'sie' });
    await redis.unlink(`bw:1:${instances.name}:tag:{x}`);
    await other.expire({ tag: 'x' });
    expect(await redis.exists(`bw:1:${instances.name}:tag:{x}`)).toBe(0);
    expect(await staleOf(other)).toEqual([undefined, 'nothing']);
  });
});
