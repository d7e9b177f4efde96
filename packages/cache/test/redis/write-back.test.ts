import type { RedisPort } from '@breakwater/core/redis';
import { createManualClock, eventually } from '@breakwater/testkit';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Cache } from '../../src/index.ts';
import { openGatedPair } from '../gated-pair.ts';
import { deafRedis, type GatedRedis } from '../gated-redis.ts';
import { hearAll } from '../instances.ts';
import { useRedis } from '../use-redis.ts';

const instances = useRedis();
let gate: GatedRedis;
let writer: Cache;
let other: Cache;

const policies = { default: { write: 'back' }, through: {} } as const;
const writeBack = { interval: '1h' } as const;
const back = { policies, writeBack };

beforeEach(async () => {
  ({ gate, gated: writer, other } = await openGatedPair(instances, { policies }, { writeBack }));
});

const openDeaf = (redis: RedisPort = instances.client()) =>
  instances.openUnheard(instances.name, { ...back, redis: deafRedis(redis) });
/** Waits until the key's tombstone is older than a write was that has just been sent. */
async function olderThanSent(key: string): Promise<void> {
  const client = instances.client();
  const tombstone = `bw:1:${instances.name}:tombstone:{${key}}`;
  await eventually(async () => (await client.pttl(tombstone)) < 60_000 - 500);
}
const targets = [{ key: 'k' }, { tag: 'x' }, { pattern: 'k*' }] as const;

describe('a write-back', () => {
  it('reaches Redis and the other instances at the flush, and not before', async () => {
    await other.set('k', 'old', { policy: 'through' });
    await hearAll(writer, other);
    await writer.set('k', 'new');
    expect(await writer.get('k')).toBe('new');
    expect(writer.stats().writeBack).toMatchObject({ buffered: 1, flushed: 0 });
    expect(writer.stats().bus.published).toBe(0);
    expect(await other.get('k')).toBe('old');
    expect(await writer.drain()).toEqual({ buffered: 0 });
    await hearAll(other, writer);
    expect(await other.get('k')).toBe('new');
    expect(writer.stats().writeBack).toMatchObject({ buffered: 0, bytes: 0, flushed: 1 });
  });

  it('leaves with others, in one command, when a batch is full', async () => {
    const batching = await instances.open(instances.name, {
      ...back,
      redis: gate.client,
      writeBack: { ...writeBack, batch: 10 },
    });
    await batching.set('first', 0);
    await batching.drain();
    const before = gate.replied('evalsha');
    for (let index = 0; index < 9; index += 1) await batching.set(`k${index}`, index);
    expect(batching.stats().writeBack.buffered).toBe(9);
    await batching.set('k9', 9);
    await eventually(() => batching.stats().writeBack.flushed === 11);
    expect(gate.replied('evalsha')).toBe(before + 1);
    expect((await other.getMany(['k0', 'k9'])).size).toBe(2);
  });

  it.each([
    ['is read', (cache: Cache) => cache.get('k')],
    ['is looked for in memory', (cache: Cache) => Promise.resolve(cache.peek('k')?.value)],
    ['would be sent', (cache: Cache) => cache.drain().then(() => undefined)],
  ])('that has expired before it %s leaves nothing of what it was to replace', async (_when, call) => {
    const clock = createManualClock(Date.now());
    const brief = await instances.open(instances.name, { ...back, clock });
    const reader = await instances.open(instances.name, { clock });
    await brief.set('k', 'old', { policy: 'through', ttl: '1h' });
    await brief.set('k', 'new', { ttl: '1s' });
    clock.advance(1000);
    expect(await call(brief)).toBeUndefined();
    expect(await brief.get('k')).toBeUndefined();
    expect(await brief.drain()).toEqual({ buffered: 0 });
    await hearAll(reader, brief);
    expect(await reader.get('k')).toBeUndefined();
    expect(await brief.getOrLoad('k', () => 'loaded')).toBe('loaded');
  });

  it('leaves after the interval', async () => {
    const soon = await instances.open(instances.name, { ...back, writeBack: { interval: '20ms' } });
    await soon.set('k', 1);
    await eventually(async () => (await other.get('k')) === 1);
  });

  it('sends the last of several writes only', async () => {
    for (const value of [1, 2, 3]) await writer.set('k', value);
    await writer.drain();
    expect(await other.get('k')).toBe(3);
    expect(writer.stats().writeBack.flushed).toBe(1);
  });

  it('is found, at once and without Redis, though memory has evicted it', async () => {
    const narrow = await instances.open(instances.name, { ...back, redis: gate.client, memory: { maxEntries: 1 } });
    for (const key of ['a', 'b', 'c']) await narrow.set(key, key);
    expect(narrow.stats().memory.entries).toBe(1);
    expect(narrow.peek('a')?.value).toBe('a');
    expect([...(await narrow.getMany(['a', 'b', 'c'])).keys()]).toEqual(['a', 'b', 'c']);
    expect(await narrow.getOrLoad('a', () => 'loaded')).toBe('a');
    expect(gate.replied('mgetBuffer')).toBe(0);
    expect(narrow.stats().total).toMatchObject({ hitMemory: 5, hitRedis: 0, miss: 0, loads: 0 });
    await narrow.drain();
    expect([...(await other.getMany(['a', 'b', 'c'])).values()]).toEqual(['a', 'b', 'c']);
  });

  it('that is taken before it is sent is given to one taker', async () => {
    await writer.set('k', 'once');
    const taken = await Promise.all([writer.take('k'), writer.take('k')]);
    expect(taken.toSorted()).toEqual(['once', undefined]);
    expect(await writer.get('k')).toBeUndefined();
    expect(await other.get('k')).toBeUndefined();
  });

  it('that Redis does not take is given to one taker, too', async () => {
    const mend = gate.failCommands('evalsha');
    await writer.set('k', 'once');
    const taken = await Promise.all([writer.take('k'), writer.take('k')]);
    expect(taken.toSorted()).toEqual(['once', undefined]);
    mend();
    await writer.drain();
    expect(await writer.get('k')).toBeUndefined();
    expect(await other.get('k')).toBeUndefined();
  });

  it('is written through where the buffer has no room', async () => {
    const full = await instances.open(instances.name, { ...back, writeBack: { ...writeBack, maxEntries: 2 } });
    for (const key of ['a', 'b', 'c']) await full.set(key, key);
    expect([...(await other.getMany(['a', 'b', 'c'])).keys()]).toEqual(['c']);
    expect(full.stats().writeBack).toMatchObject({ buffered: 2, overflowed: 1 });
    expect(full.peek('c')?.value).toBe('c');
  });

  it('loses to a later write of another policy, which is in Redis at once', async () => {
    await writer.set('k', 'back');
    await writer.set('k', 'through', { policy: 'through' });
    expect(await other.get('k')).toBe('through');
    await writer.drain();
    expect(await writer.get('k')).toBe('through');
    expect((await openDeaf().lookup('k'))?.entry.value).toBe('through');
  });

  it('is replaced by what is loaded when it is no longer fresh', async () => {
    await writer.set('k', 'written', { ttl: 1, staleIfError: '1h' });
    await eventually(() => writer.peek('k') === undefined);
    expect(await writer.getOrLoad('k', () => 'loaded')).toBe('loaded');
    await writer.drain();
    expect(await writer.get('k')).toBe('loaded');
    expect(await other.get('k')).toBe('loaded');
  });
});

describe('an invalidation of a buffered write', () => {
  it.each(targets)('by %j, heard from another instance, wins', async (target) => {
    await writer.set('k', 1, { tags: ['x'] });
    await other.invalidate(target);
    await hearAll(writer, other);
    expect(await writer.get('k')).toBeUndefined();
    await writer.drain();
    expect(await other.get('k')).toBeUndefined();
  });

  it('by key wins also where it was not heard', async () => {
    const deaf = openDeaf();
    await deaf.set('k', 1);
    await other.invalidate({ key: 'k' });
    await deaf.drain();
    expect(await other.get('k')).toBeUndefined();
    expect(await deaf.get('k')).toBeUndefined();
  });

  it('by key wins also where it comes while the flush is on its way to Redis', async () => {
    const deaf = openDeaf(gate.client);
    // What a first flush asks besides is known then.
    await deaf.set('before', 1);
    await deaf.drain();
    await deaf.set('k', 1);
    const release = gate.holdCommands('evalsha');
    const flushed = deaf.drain();
    await eventually(() => gate.held('evalsha') > 0);
    await other.invalidate({ key: 'k' });
    await olderThanSent('k');
    release();
    await flushed;
    expect(await other.get('k')).toBeUndefined();
    expect(await deaf.get('k')).toBeUndefined();
  });

  it.each(['here', 'elsewhere'])(
    'by a tag, %s, does not bring back the value before it, which had no such tag',
    async (where) => {
      await other.set('k', 'old', { policy: 'through' });
      await hearAll(writer, other);
      await writer.set('k', 'new', { tags: ['x'] });
      await (where === 'here' ? writer : other).invalidate({ tag: 'x' });
      await hearAll(writer, other);
      await writer.drain();
      expect(await writer.get('k')).toBeUndefined();
      await hearAll(other, writer);
      expect(await other.get('k')).toBeUndefined();
    },
  );

  it('by a tag that the writer knew of wins also where it was not heard', async () => {
    const deaf = openDeaf();
    await deaf.set('before', 1, { tags: ['x'] });
    await deaf.drain();
    await deaf.set('k', 1, { tags: ['x'] });
    await other.invalidate({ tag: 'x' });
    await deaf.drain();
    expect(await other.get('k')).toBeUndefined();
  });

  it('loses where it came before the write', async () => {
    const deaf = openDeaf();
    await other.invalidate({ key: 'k' });
    // The ages of both are compared in whole milliseconds.
    const tombstone = `bw:1:${instances.name}:tombstone:{k}`;
    const client = instances.client();
    await eventually(async () => (await client.pttl(tombstone)) < 60_000 - 5);
    await deaf.set('k', 1);
    await deaf.drain();
    expect(await other.get('k')).toBe(1);
  });

  it('of the same instance loses to the write behind it, though its tombstone is younger', async () => {
    const invalidating = writer.delete('k');
    await writer.set('k', 1);
    await invalidating;
    await writer.drain();
    expect(await other.get('k')).toBe(1);
  });

  it.each(targets)(
    'by %j, heard from another instance, wins over a flush that waits for a generation',
    async (target) => {
      await writer.set('k', 1, { tags: ['x'] });
      const send = gate.holdCommands('evalsha');
      const draining = writer.drain();
      await eventually(() => expect(gate.held('evalsha')).toBe(1));
      await other.invalidate(target);
      await hearAll(writer, other);
      send();
      await draining;
      expect(await other.get('k')).toBeUndefined();
      expect(await writer.get('k')).toBeUndefined();
    },
  );

  it.each([{ key: 'k' }, { pattern: 'k*' }])('by %j wins over a flush under way', async (target) => {
    await writer.set('k', 1);
    const release = gate.holdCommands('evalsha');
    const draining = writer.drain();
    const invalidating = writer.invalidate(target);
    release();
    await Promise.all([draining, invalidating]);
    expect(await other.get('k')).toBeUndefined();
    expect(await writer.get('k')).toBeUndefined();
  });
});

describe('an invalidation by a pattern that reaches Redis sooner than a flush under way', () => {
  it.each([
    ['at once', {}],
    ['at a pace', { pace: '10000/s' }],
  ] as const)('%s waits for it', async (_how, options) => {
    await writer.set('before', 1);
    await writer.drain();
    await writer.set('k', 1);
    const send = gate.holdCommands('evalsha');
    const draining = writer.drain();
    await eventually(() => expect(gate.held('evalsha')).toBe(1));
    // The commands of another connection come sooner.
    gate.holdCommands('evalsha')();
    const invalidating = writer.invalidate({ pattern: 'k*' }, options);
    // It would be over by then.
    for (let turn = 0; turn < 20; turn += 1) await gate.client.ping();
    send();
    await Promise.all([draining, invalidating]);
    expect(await other.get('k')).toBeUndefined();
    expect(await writer.get('k')).toBeUndefined();
  });
});

describe('a flush', () => {
  it('of what another has invalidated takes no write with it that waits for it', async () => {
    const deaf = openDeaf(gate.client);
    await deaf.set('before', 1);
    await deaf.drain();
    await deaf.set('k', 'old');
    await other.invalidate({ key: 'k' });
    const replied = gate.replied('evalsha');
    const answer = gate.holdReplies('evalsha');
    const draining = deaf.drain();
    await eventually(() => expect(gate.replied('evalsha')).toBeGreaterThan(replied));
    const setting = deaf.set('k', 'new', { policy: 'through' });
    answer();
    await Promise.all([draining, setting]);
    expect(await deaf.get('k')).toBe('new');
    expect(await other.get('k')).toBe('new');
  });

  it('that may have been overtaken by what another has invalidated takes no such write with it, either', async () => {
    const deaf = openDeaf(gate.client);
    await deaf.set('before', 1);
    await deaf.drain();
    await deaf.set('k', 'old');
    const send = gate.holdCommands('evalsha');
    const draining = deaf.drain();
    await eventually(() => expect(gate.held('evalsha')).toBe(1));
    await other.invalidate({ key: 'k' });
    await olderThanSent('k');
    const setting = deaf.set('k', 'new', { policy: 'through' });
    send();
    await Promise.all([draining, setting]);
    expect(await deaf.get('k')).toBe('new');
    expect(await other.get('k')).toBe('new');
  });

  it('does not lose the write that comes while it is under way', async () => {
    await writer.set('k', 1);
    const release = gate.holdReplies('evalsha');
    const draining = writer.drain();
    await eventually(() => gate.replied('evalsha') > 0);
    await writer.set('k', 2);
    release();
    await draining;
    expect(await writer.get('k')).toBe(2);
    await writer.drain();
    await hearAll(other, writer);
    expect(await other.get('k')).toBe(2);
  });

  it('is tried again, whether its commands or their replies were lost', async () => {
    for (const fail of [gate.failCommands, gate.loseReplies]) {
      const recover = fail('evalsha');
      await writer.set('k', String(fail));
      expect(await writer.drain()).toEqual({ buffered: 1 });
      expect(await writer.get('k')).toBe(String(fail));
      recover();
      await eventually(() => writer.stats().writeBack.buffered === 0);
      await eventually(async () => (await other.get('k')) === String(fail));
    }
  });

  it('that fails at close is reported with what it lost', async () => {
    const dropped = vi.fn();
    writer.on('writes:dropped', dropped);
    gate.failCommands('evalsha');
    await writer.setMany(Object.entries({ a: 1, b: 2 }));
    await writer.close();
    expect(dropped.mock.calls).toEqual([[{ entries: 2 }]]);
    expect(writer.stats().writeBack).toMatchObject({ flushed: 0, dropped: 2 });
  });
});
