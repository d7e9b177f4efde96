import { setImmediate } from 'node:timers/promises';
import { RedisDeadlineError, type RedisPort } from '@breakwater/core/redis';
import { eventually } from '@breakwater/testkit';
import type { Redis } from 'ioredis';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { mergeAnnouncements } from '../../src/bus/announcement.ts';
import type { Cache } from '../../src/index.ts';
import { type ApplyChange, createChanges } from '../../src/redis/changes.ts';
import { gateRedis } from '../gated-redis.ts';
import { useRedis } from '../use-redis.ts';

const instances = useRedis();
let redis: Redis;
let messages: string[];
let apply: ApplyChange;

beforeAll(async () => {
  redis = instances.client();
  const subscriber = redis.duplicate();
  await subscriber.subscribe('bus');
  subscriber.on('message', (_channel, text) => messages.push(text));
});
beforeEach(async () => {
  messages = [];
  await redis.flushall();
  await redis.config('SET', 'maxmemory', '0');
  apply = createChanges(redis, {
    channel: 'bus',
    record: 'record',
    messageOf: (announcement) => JSON.stringify(announcement),
  });
});

const store = (key: string, frame: string) => apply({ verb: 'store', keys: [key], ttlMs: 60_000, values: [frame] });
const commit = (key: string, frame: string, fences: Record<string, string>) =>
  apply({
    verb: 'commit',
    keys: [key, ...Object.keys(fences)],
    ttlMs: 60_000,
    values: [frame, Object.keys(fences).length, ...Object.values(fences), ''],
  });
const invalidate = (key: string, id: string) =>
  apply({ verb: 'invalidate', keys: [key, `${key}:tombstone`], values: [id, 60_000] });

describe('the script of changes', () => {
  it('stores with a ttl, bytes and all', async () => {
    const frame = Buffer.from([0, 255, 10, 13, 128]);
    await apply({ verb: 'store', keys: ['k'], ttlMs: 5000, values: [frame] });
    expect(await redis.getBuffer('k')).toEqual(frame);
    expect(await redis.pttl('k')).toBeGreaterThan(4000);
  });

  it('commits only if every fence is what it was, absent ones included', async () => {
    await redis.set('fence', 'id', 'PX', 60_000);
    expect(await commit('k', '1', { fence: 'id', absent: '' })).toBe(1);
    expect(await commit('k', '2', { fence: 'other', absent: '' })).toBe(0);
    expect(await commit('k', '3', { fence: 'id', absent: 'seen' })).toBe(0);
    expect(await commit('k', '4', { fence: '' })).toBe(0);
    expect(await redis.get('k')).toBe('1');
  });

  it('invalidates: the entry goes, a tombstone with a ttl comes', async () => {
    await store('k', '1');
    expect(await invalidate('k', 'id')).toBe(1);
    expect(await invalidate('k', 'id 2')).toBe(0);
    expect(await redis.exists('k')).toBe(0);
    expect(await redis.get('k:tombstone')).toBe('id 2');
    expect(await redis.pttl('k:tombstone')).toBeGreaterThan(0);
  });

  it('takes back what was stored, unless something else has come there', async () => {
    const withdraw = (frame: string) => apply({ verb: 'withdraw', keys: ['k'], values: [frame] });
    await store('k', '1');
    expect(await withdraw('2')).toBe(0);
    expect(await redis.get('k')).toBe('1');
    expect(await withdraw('1')).toBe(1);
    expect(await redis.exists('k')).toBe(0);
    expect(await withdraw('')).toBe(0);
  });

  it('makes a generation once, prolongs it, and never shortens it', async () => {
    const ensure = (id: string, ttlMs: number) => apply({ verb: 'ensure', keys: ['tag'], ttlMs, values: [id] });
    expect(await ensure('first', 60_000)).toBe('first');
    expect(await ensure('second', 120_000)).toBe('first');
    expect(await redis.pttl('tag')).toBeGreaterThan(60_000);
    await ensure('third', 1000);
    expect(await redis.pttl('tag')).toBeGreaterThan(60_000);
    await apply({ verb: 'unlink', keys: ['tag'], values: [0] });
    expect(await ensure('fourth', 60_000)).toBe('fourth');
  });

  it('applies a turn’s changes in their order, each with its own reply', async () => {
    const replies = await Promise.all([
      store('k', '1'),
      invalidate('k', 'a'),
      commit('k', '2', { 'k:tombstone': '' }),
      commit('k', '3', { 'k:tombstone': 'a' }),
      store('other', '4'),
    ]);
    expect(replies).toEqual([1, 1, 0, 1, 1]);
    expect(await redis.mget('k', 'other')).toEqual(['3', '4']);
  });

  it('gives each change what it takes and its own reply where neighbours have the same verb, and the same ttl', async () => {
    const keep = (verb: 'store' | 'ensure', key: string, text: string, ttlMs: number) =>
      apply({ verb, keys: [key], ttlMs, values: [text] });
    const replies = await Promise.all([
      keep('store', 'a', '1', 60_000),
      keep('store', 'b', '2', 60_000),
      keep('store', 'c', '3', 600_000),
      keep('ensure', 'd', '4', 600_000),
      keep('ensure', 'a', '5', 600_000),
      invalidate('b', 'id'),
      keep('store', 'b', '6', 60_000),
    ]);
    expect(replies).toEqual([1, 1, 1, '4', '1', 1, 1]);
    expect(await redis.mget('a', 'b', 'c', 'd', 'b:tombstone')).toEqual(['1', '6', '3', '4', 'id']);
    const ttls = await Promise.all(['a', 'b', 'c', 'd', 'b:tombstone'].map((key) => redis.pttl(key)));
    expect(ttls.map((ttl) => ttl > 60_000)).toEqual([true, false, true, true, false]);
  });

  it('tells of a turn in one message, after the changes, and nothing where there is nothing to tell', async () => {
    const reader = redis.duplicate();
    await Promise.all([
      apply({ verb: 'store', keys: ['a'], ttlMs: 60_000, values: ['1'], announcement: { written: [['', 'a']] } }),
      store('b', '2'),
      apply({ verb: 'unlink', keys: ['t'], values: [0], announcement: { tags: ['t'] } }),
    ]);
    await store('c', '3');
    await eventually(() => messages.length === 1);
    const message = JSON.stringify(mergeAnnouncements([{ written: [['', 'a']] }, { tags: ['t'] }]));
    const recorded = await redis.xrange('record', '-', '+');
    expect(recorded.map(([id, [field, text]]) => [field, `${id} ${text}`])).toEqual([['m', messages[0]]]);
    expect(messages[0]?.replace(/^\d+-\d+ /, '')).toBe(message);
    reader.disconnect();
  });

  it('ends the record where a message cannot be recorded, so that nobody takes it for whole', async () => {
    const tell = (tag: string) => apply({ verb: 'announce', keys: [], values: [], announcement: { tags: [tag] } });
    await tell('short');
    expect(await redis.pttl('record')).toBeGreaterThan(0);
    await tell('x'.repeat(20_000));
    expect(await redis.exists('record')).toBe(0);
    await tell('short');
    await redis.config('SET', 'maxmemory', '1');
    await tell('short');
    expect(await redis.exists('record')).toBe(0);
    await eventually(() => messages.length === 4);
    expect(messages.map((message) => /^\d+-\d+ /.test(message))).toEqual([true, false, true, false]);
  });

  it('keeps the record of the last messages alone, and that for an hour', async () => {
    const tell = () => apply({ verb: 'announce', keys: [], values: [], announcement: { tags: ['last'] } });
    const fill = redis.pipeline();
    for (let index = 0; index < 6000; index += 1) fill.xadd('record', '*', 'm', `${index}`);
    await fill.exec();
    await tell();
    // Whole nodes leave, of a hundred messages each.
    expect(await redis.xlen('record')).toBeGreaterThanOrEqual(4096);
    expect(await redis.xlen('record')).toBeLessThan(4096 + 100);
    expect(await redis.pttl('record')).toBeGreaterThan(3_500_000);
    expect(await redis.pttl('record')).toBeLessThanOrEqual(3_600_000);
  });

  it('is sent again by its text after the server has forgotten its scripts', async () => {
    await store('k', '1');
    await redis.script('FLUSH');
    await store('k', '2');
    expect(await redis.get('k')).toBe('2');
  });

  it('takes more changes, and more bytes, than one call may carry', async () => {
    const keys = Array.from({ length: 300 }, (_, index) => `k${index}`);
    await Promise.all(keys.map((key) => store(key, key)));
    expect(await redis.mget(keys)).toEqual(keys);
    const large = 'x'.repeat(700_000);
    await Promise.all(['a', 'b', 'c'].map((key) => store(key, large)));
    expect(await redis.mget('a', 'b', 'c')).toEqual([large, large, large]);
  });

  it('lets no refused change keep the others from being applied', async () => {
    await Promise.all([store('k', '1'), store('l', '1')]);
    await redis.config('SET', 'maxmemory', '1');
    const outcomes = await Promise.allSettled([
      store('refused', '2'),
      invalidate('k', 'id'),
      apply({ verb: 'unlink', keys: ['l'], values: [0], announcement: { tags: ['l'] } }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect(await redis.exists('k', 'l')).toBe(0);
    await eventually(() => messages.length === 1);
  });
});

describe('a cache whose Redis takes no more writes', () => {
  it('serves from memory and Redis, is not down, and invalidates all the same', async () => {
    const [cache, other]: Cache[] = [await instances.open('full'), await instances.open('full')];
    if (!cache || !other) throw new Error('There are two.');
    await cache.set('old', 1, { tags: ['x'] });
    await cache.set('kept', 1);
    await redis.config('SET', 'maxmemory', '1');
    const down = vi.fn();
    cache.on('outage:began', down);
    await cache.set('new', 2);
    expect(await cache.get('new')).toBe(2);
    expect(await cache.invalidate({ tag: 'x' })).toMatchObject({ shared: true });
    await cache.invalidate({ key: 'kept' });
    expect(await other.get('old')).toBeUndefined();
    expect(await other.get('kept')).toBeUndefined();
    expect(down).not.toHaveBeenCalled();
    expect(cache.stats().redis).toMatchObject({ state: 'up' });
    expect(cache.stats().redis.errors).toBeGreaterThan(0);
  });

  it('takes every invalidation, and every expiry: what is full is emptied by them', async () => {
    const cache = await instances.open('emptied');
    const options = { staleIfError: '1m' } as const;
    const keys = ['key', 'tagged', 'matching', 'expired', 'expired by tag', 'expired by pattern'];
    await cache.setMany(
      keys.map((key) => [key, 'old']),
      { ...options, tags: ['x'] },
    );
    await cache.set('tagged', 'old', { ...options, tags: ['gone'] });
    await cache.set('expired by tag', 'old', { ...options, tags: ['stale'] });
    await redis.config('SET', 'maxmemory', '1');
    for (const target of [{ key: 'key' }, { tag: 'gone' }, { pattern: 'match*' }] as const) {
      expect(await cache.invalidate(target), JSON.stringify(target)).toMatchObject({ shared: true });
    }
    for (const target of [{ key: 'expired' }, { pattern: '* by pattern' }] as const) {
      expect(await cache.expire(target), JSON.stringify(target)).toMatchObject({ shared: true });
    }
    expect(await cache.expire({ tag: 'stale' })).toMatchObject({ shared: true });
    const other = await instances.open('emptied');
    expect(await other.getMany(keys)).toEqual(new Map());
    expect((await other.inspect('expired')).redis?.value).toBe('old');
    expect(await redis.keys('bw:1:emptied:entry:*')).toHaveLength(3);
  });
});

/** Long enough for what may leave to leave, and to be answered. */
async function passing(): Promise<void> {
  await setImmediate();
  await setImmediate();
  await redis.ping();
}

/** As on a pool, whose connections are not equally quick: the first script call is held back, those after it are not. */
async function behindASlowOne() {
  const gated = gateRedis(redis);
  apply = createChanges(gated.client, { channel: 'bus', record: 'record', messageOf: () => '' });
  const send = gated.holdCommands('evalsha');
  const first = store('k', 'first');
  await eventually(() => expect(gated.held('evalsha')).toBe(1));
  gated.holdCommands('evalsha')();
  return { gated, first, send };
}

describe('many changes of one turn', () => {
  it('do not wait for all of them while Redis has nothing to do', async () => {
    const gated = gateRedis(redis);
    apply = createChanges(gated.client, { channel: 'bus', record: 'record', messageOf: () => '' });
    const send = gated.holdCommands('evalsha');
    const keys = Array.from({ length: 300 }, (_, index) => `k${index}`);
    const early = keys.slice(0, 24).map((key) => store(key, key));
    expect(gated.held('evalsha')).toBe(1);
    const late = keys.slice(24).map((key) => store(key, key));
    expect(gated.held('evalsha')).toBe(3);
    send();
    await Promise.all([...early, ...late]);
    expect(await redis.mget(keys)).toEqual(keys);
    expect(gated.replied('evalsha')).toBe(4);
  });

  it('keep their order where some leave at once', async () => {
    const gated = gateRedis(redis);
    apply = createChanges(gated.client, { channel: 'bus', record: 'record', messageOf: () => '' });
    const send = gated.holdCommands('evalsha');
    const early = Array.from({ length: 24 }, (_, index) => store(`k${index}`, 'early'));
    const late = [store('other', 'late'), store('k0', 'late')];
    await passing();
    expect(gated.held('evalsha')).toBe(1);
    send();
    await Promise.all([...early, ...late]);
    expect(await redis.mget('k0', 'k1', 'other')).toEqual(['late', 'early', 'late']);
  });
});

describe('changes that could pass each other', () => {
  it('wait for what is under way for the same key, with all that leaves together with them', async () => {
    const { gated, first, send } = await behindASlowOne();
    const second = Promise.all([store('other', 'x'), store('k', 'second')]);
    await passing();
    const third = store('k', 'third');
    await passing();
    expect([gated.held('evalsha'), gated.replied('evalsha')]).toEqual([1, 0]);
    send();
    await Promise.all([first, second, third]);
    expect(await redis.mget('k', 'other')).toEqual(['third', 'x']);
    expect(gated.replied('evalsha')).toBeLessThanOrEqual(3);
  });

  it('do not wait where their keys are others', async () => {
    const { first, send } = await behindASlowOne();
    await store('other', 'x');
    expect(await redis.mget('k', 'other')).toEqual([null, 'x']);
    send();
    await first;
  });

  it('leave when that is lost', async () => {
    const { gated, first, send } = await behindASlowOne();
    const second = store('k', 'second');
    await passing();
    const mend = gated.failCommands('evalsha');
    send();
    await expect(first).rejects.toThrow('on purpose');
    await expect(second).rejects.toThrow('on purpose');
    mend();
    await store('k', 'third');
    expect(await redis.get('k')).toBe('third');
  });

  it('wait on where it is another that is lost', async () => {
    const { gated, first, send } = await behindASlowOne();
    const fail = gated.holdCommands('evalsha');
    const lost = store('other', 'x');
    await eventually(() => expect(gated.held('evalsha')).toBe(2));
    const second = store('k', 'second');
    await passing();
    const mend = gated.failCommands('evalsha');
    fail();
    await expect(lost).rejects.toThrow('on purpose');
    mend();
    await passing();
    send();
    await Promise.all([first, second]);
    expect(await redis.get('k')).toBe('second');
  });

  it('are given up with one that is silent until its deadline, and no others are', async () => {
    let sent = 0;
    let expire = () => {};
    const evalsha: RedisPort['evalsha'] = (...request) => {
      sent += 1;
      if (sent > 1) return redis.evalsha(...request);
      return new Promise((_, reject) => {
        expire = () => reject(new RedisDeadlineError(500));
      });
    };
    apply = createChanges(
      { ...gateRedis(redis).client, evalsha },
      { channel: 'bus', record: 'record', messageOf: () => '' },
    );
    const silent = store('k', 'silent');
    await setImmediate();
    const behind = Array.from({ length: 256 }, (_, index) => store(index % 2 === 0 ? 'k' : `k${index}`, 'behind'));
    await passing();
    expect(sent).toBe(1);
    expire();
    await expect(silent).rejects.toThrow(RedisDeadlineError);
    const outcomes = await Promise.allSettled(behind);
    expect(outcomes.map(({ status }) => status)).toEqual(
      behind.map((_, index) => (index % 2 === 0 ? 'rejected' : 'fulfilled')),
    );
    await store('k', 'next');
    expect(await redis.mget('k', 'k1', 'k255')).toEqual(['next', 'behind', 'behind']);
  });

  it('a removal arrives behind the value that it removes', async () => {
    const { first, send } = await behindASlowOne();
    const removed = invalidate('k', 'id');
    await passing();
    send();
    await Promise.all([first, removed]);
    expect(await redis.get('k')).toBeNull();
  });
});
