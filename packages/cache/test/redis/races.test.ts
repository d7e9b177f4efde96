import { eventually } from '@breakwater/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Cache } from '../../src/index.ts';
import { createGatedLoader } from '../gated-loader.ts';
import { openGatedPair } from '../gated-pair.ts';
import { deafRedis, type GatedRedis, gateRedis } from '../gated-redis.ts';
import { hearAll } from '../instances.ts';
import { useRedis } from '../use-redis.ts';

const instances = useRedis();
let gate: GatedRedis;
let gated: Cache;
let other: Cache;

beforeEach(async () => {
  ({ gate, gated, other } = await openGatedPair(instances));
});

const targets = [
  ['key', { key: 'k' }],
  ['tag', { tag: 'x' }],
  ['pattern', { pattern: 'k*' }],
] as const;

describe('a load that another instance’s invalidation overtakes', () => {
  it.each(targets)('by %s is not kept, even by an instance that does not hear of it', async (_by, target) => {
    const deaf = instances.openUnheard(instances.name, { redis: deafRedis(instances.client()) });
    const loader = createGatedLoader();
    const loading = deaf.getOrLoad('k', loader.load, { tags: ['x'] });
    await loader.begun(1);
    await other.invalidate(target);
    loader.finish('old');
    expect(await loading).toBe('old');
    expect(await other.get('k')).toBeUndefined();
    expect(await other.getOrLoad('k', () => 'new', { tags: ['x'] })).toBe('new');
  });

  it.each(targets)('by %s cannot be joined once it was heard of', async (_by, target) => {
    const loader = createGatedLoader();
    const loading = gated.getOrLoad('k', loader.load, { tags: ['x'] });
    await loader.begun(1);
    await other.invalidate(target);
    await hearAll(gated, other);
    expect(await gated.getOrLoad('k', () => 'new', { tags: ['x'] })).toBe('new');
    loader.finish('old');
    expect(await loading).toBe('old');
    expect(await gated.get('k')).toBe('new');
    expect(await other.get('k')).toBe('new');
  });

  it.each(targets)('by %s is not kept when its commit is already on the way', async (_by, target) => {
    const reservation = await gated.reserve('k', { tags: ['x'] });
    const release = gate.holdCommands('evalsha');
    const committing = reservation.commit('old');
    await other.invalidate(target);
    await hearAll(gated, other);
    release();
    expect(await committing).toBe(false);
    expect(await gated.get('k')).toBeUndefined();
    expect(await other.get('k')).toBeUndefined();
  });

  it.each(targets)(
    'by %s is not kept in memory either, where its commit does not come to Redis',
    async (_by, target) => {
      const reservation = await gated.reserve('k', { tags: ['x'] });
      const release = gate.holdCommands('evalsha');
      const committing = reservation.commit('old');
      await other.invalidate(target);
      await hearAll(gated, other);
      gate.failCommands('evalsha', 1);
      release();
      expect(await committing).toBe(false);
      expect(gated.peek('k')).toBeUndefined();
    },
  );

  it.each(targets)('by %s in this very process is not kept when Redis took its commit before', async (_by, target) => {
    const reservation = await gated.reserve('k', { tags: ['x'] });
    const releaseReply = gate.holdReplies('evalsha');
    const committing = reservation.commit('old');
    await eventually(async () => (await instances.client().exists(`bw:1:${instances.name}:entry:{k}`)) === 1);
    const invalidating = gated.invalidate(target);
    releaseReply();
    expect(await committing).toBe(false);
    await invalidating;
    expect(gated.peek('k')).toBeUndefined();
    expect(await other.get('k')).toBeUndefined();
  });
});

describe('a read that an invalidation overtakes', () => {
  it.each(targets)('by %s does not bring the old value back into memory', async (_by, target) => {
    await other.set('k', 'old', { tags: ['x'] });
    await hearAll(gated, other);
    const release = gate.holdReplies('mgetBuffer');
    const reading = gated.get('k');
    await eventually(() => gate.replied('mgetBuffer') === 1);
    await other.invalidate(target);
    await hearAll(gated, other);
    release();
    await reading;
    expect(gated.peek('k')).toBeUndefined();
    expect(await gated.get('k')).toBeUndefined();
  });

  it('does not trust a generation that was read before the invalidation was heard', async () => {
    await other.set('k', 'old', { tags: ['x'] });
    await hearAll(gated, other);
    const releaseEntry = gate.holdReplies('mgetBuffer');
    const reading = gated.get('k');
    await eventually(() => gate.replied('mgetBuffer') === 1);
    // The entry goes on to the read of its generations, which is answered from before the invalidation.
    const releaseGenerations = gate.holdReplies('mgetBuffer');
    releaseEntry();
    await eventually(() => gate.replied('mgetBuffer') === 2);
    await other.invalidate({ tag: 'x' });
    await hearAll(gated, other);
    releaseGenerations();
    await reading;
    expect(gated.peek('k')).toBeUndefined();
    expect(await gated.get('k')).toBeUndefined();
  });

  it.each(targets)('by %s of this process is not joined by what is called after it', async (_by, target) => {
    await other.set('k', 'old', { tags: ['x'] });
    await hearAll(gated, other);
    const change = gate.holdCommands('evalsha');
    const invalidating = gated.invalidate(target);
    const answer = gate.holdReplies('mgetBuffer');
    const before = gated.getOrLoad('k', () => 'new', { tags: ['x'] });
    await eventually(() => gate.replied('mgetBuffer') === 1);
    change();
    await invalidating;
    const after = gated.getOrLoad('k', () => 'new', { tags: ['x'] });
    answer();
    expect(await after).toBe('new');
    await before;
  });

  it('started after an invalidation of this process, and answered from before it, does not stay in memory', async () => {
    await gated.set('k', 'old');
    const release = gate.holdCommands('evalsha');
    const invalidating = gated.invalidate({ key: 'k' });
    await gated.get('k');
    release();
    await invalidating;
    expect(gated.peek('k')).toBeUndefined();
    expect(await gated.get('k')).toBeUndefined();
  });
});

describe('a read between the beginning of an invalidation by pattern and its end', () => {
  it.each([
    ['that is over', 'before'],
    ['whose answer is still on its way', 'behind'],
  ] as const)('%s leaves nothing in memory that Redis had until then', async (_which, answered) => {
    await other.set('k', 'old');
    await hearAll(gated, other);
    const readerGate = gateRedis(instances.client());
    const reader = await instances.open(instances.name, { redis: readerGate.client });
    const walk = gate.holdCommands('scan');
    const invalidating = gated.invalidate({ pattern: 'k*' });
    await eventually(() => expect(gate.held('scan')).toBe(1));
    await hearAll(reader, gated);
    const answer = readerGate.holdReplies('mgetBuffer');
    const reading = reader.get('k');
    await eventually(() => expect(readerGate.replied('mgetBuffer')).toBe(1));
    if (answered === 'before') {
      answer();
      expect(await reading).toBe('old');
    }
    walk();
    await invalidating;
    await hearAll(reader, gated);
    answer();
    await reading;
    expect(reader.peek('k')).toBeUndefined();
    expect(await reader.get('k')).toBeUndefined();
  });
});

describe('a set', () => {
  it('does not come back after an invalidation that was called later', async () => {
    const release = gate.holdCommands('evalsha');
    const setting = gated.set('k', 'old', { tags: ['never used before'] });
    const invalidating = gated.invalidate({ key: 'k' });
    release();
    await Promise.all([setting, invalidating]);
    expect(await gated.get('k')).toBeUndefined();
    expect(await other.get('k')).toBeUndefined();
  });

  it('of a value too large for memory is not hidden by one read before it arrived', async () => {
    const small = await instances.open(instances.name, { redis: gate.client, memory: { maxSize: 1000 } });
    await other.set('k', 'old');
    await small.set('warm', 1);
    const release = gate.holdCommands('evalsha');
    const setting = small.set('k', 'x'.repeat(2000));
    expect(await small.get('k')).toBe('old');
    release();
    await setting;
    expect(await small.get('k')).toBe('x'.repeat(2000));
  });

  it('wins over a load of another instance that hears of it in time', async () => {
    const loader = createGatedLoader();
    const loading = gated.getOrLoad('k', loader.load);
    await loader.begun(1);
    await other.set('k', 'set');
    await hearAll(gated, other);
    loader.finish('loaded');
    await loading;
    expect(await gated.get('k')).toBe('set');
    const third = await instances.open(instances.name);
    expect(await third.get('k')).toBe('set');
  });
});

describe('a load that a set overtakes when Redis has just taken its commit', () => {
  it.each([
    ['of this process', () => gated],
    ['of another instance', () => other],
  ])('leaves what was set, by a call %s, to everybody', async (_whose, setter) => {
    const reservation = await gated.reserve('k');
    const before = gate.replied('evalsha');
    const answer = gate.holdReplies('evalsha');
    const committing = reservation.commit('loaded');
    await eventually(() => expect(gate.replied('evalsha')).toBeGreaterThan(before));
    const setting = setter().set('k', 'set');
    if (setter() === other) {
      await setting;
      await hearAll(gated, other);
    }
    answer();
    expect(await committing).toBe(false);
    await setting;
    expect(await gated.get('k')).toBe('set');
    expect(await other.get('k')).toBe('set');
    const third = await instances.open(instances.name);
    expect(await third.get('k')).toBe('set');
  });
});

describe('a set that waits for the generation of a tag', () => {
  const earlier = [
    ['a value that another instance has set', () => other.set('k', 'old')],
    ...targets.map(
      ([by, target]) => [`another instance’s invalidation by ${by}`, () => other.invalidate(target)] as const,
    ),
    ['another instance’s clear', () => other.clear()],
  ] as const;

  it.each(earlier)('is not lost for hearing meanwhile of %s', async (_what, change) => {
    const send = gate.holdCommands('evalsha');
    const setting = gated.set('k', 'new', { tags: ['never used before'] });
    await eventually(() => expect(gate.held('evalsha')).toBe(1));
    await change();
    await hearAll(gated, other);
    send();
    await setting;
    expect(await gated.get('k')).toBe('new');
    const third = await instances.open(instances.name);
    expect(await third.get('k')).toBe('new');
  });

  it.each([
    ['a later set', () => gated.set('k', 'later'), 'later'],
    ...targets.map(
      ([by, target]) => [`a later invalidation by ${by}`, () => gated.invalidate(target), undefined] as const,
    ),
  ] as const)(
    'does not come behind %s of this process, also where it has heard of another’s in between',
    async (_what, call, left) => {
      await gated.set('warm', 1, { tags: ['x'] });
      const send = gate.holdCommands('evalsha');
      const setting = gated.set('k', 'earlier', { tags: ['never used before', 'x'] });
      await eventually(() => expect(gate.held('evalsha')).toBe(1));
      const calling = call();
      await other.set('k', 'other');
      await hearAll(gated, other);
      send();
      await Promise.all([setting, calling]);
      expect(await gated.get('k')).toBe(left);
      const third = await instances.open(instances.name);
      expect(await third.get('k')).toBe(left);
    },
  );
});

describe('a load that replaces what is fresh', () => {
  it('is not undone in memory by what was read of Redis before it', async () => {
    await other.set('k', 'old');
    await hearAll(gated, other);
    const answer = gate.holdReplies('mgetBuffer');
    const reading = gated.get('k');
    await eventually(() => expect(gate.replied('mgetBuffer')).toBe(1));
    // The answers of another connection come sooner.
    gate.holdReplies('mgetBuffer')();
    expect(await gated.getOrLoad('k', () => 'new', { mode: 'refresh' })).toBe('new');
    answer();
    await reading;
    expect(await gated.get('k')).toBe('new');
  });
});

describe('a load that Redis did not answer', () => {
  it('does not hide in memory what has come to Redis since', async () => {
    await gated.set('warm', 1);
    gate.failCommands('mgetBuffer', 1);
    const loader = createGatedLoader();
    const loading = gated.getOrLoad('k', loader.load);
    await loader.begun(1);
    const reservation = await gated.reserve('k');
    expect(await reservation.commit('newer')).toBe(true);
    loader.finish('older');
    expect(await loading).toBe('older');
    expect(await gated.get('k')).toBe('newer');
    expect(await other.get('k')).toBe('newer');
  });
});

describe('a commit under a generation that this process has just stopped to vouch for', () => {
  it('leaves nothing in memory that is older than what Redis has', async () => {
    await gated.set('k', 'old');
    // Of one turn, so both are answered together.
    const invalidating = gated.invalidate({ tag: 'x' });
    const reservation = await gated.reserve('k', { tags: ['x'] });
    await invalidating;
    expect(await reservation.commit('new')).toBe(true);
    expect(await gated.get('k')).toBe('new');
  });
});

describe('what is to be taken', () => {
  it('is not what another has taken before, though this memory still holds it', async () => {
    const deaf = instances.openUnheard(instances.name, { redis: deafRedis(instances.client()) });
    await other.set('k', 'first');
    expect(await deaf.get('k')).toBe('first');
    expect(await other.take('k')).toBe('first');
    expect(await deaf.take('k')).toBeUndefined();
    expect(await deaf.get('k')).toBeUndefined();
    await other.set('k', 'second');
    expect(await deaf.get('k')).toBe('second');
    await other.take('k');
    await other.set('k', 'third');
    expect(await deaf.take('k')).toBe('third');
    expect(await deaf.take('k')).toBeUndefined();
  });
});
