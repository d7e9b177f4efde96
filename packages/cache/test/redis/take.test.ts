import { createManualClock, eventually } from '@breakwater/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Cache } from '../../src/index.ts';
import { createGatedLoader } from '../gated-loader.ts';
import { openGatedPair } from '../gated-pair.ts';
import { deafRedis, type GatedRedis, gateRedis } from '../gated-redis.ts';
import { hearAll } from '../instances.ts';
import { useRedis } from '../use-redis.ts';

const instances = useRedis();
let gate: GatedRedis;
let taker: Cache;
let other: Cache;

beforeEach(async () => {
  // Of one moment: nothing but what was written tells one entry from the other.
  const clock = createManualClock(Date.now());
  ({ gate, gated: taker, other } = await openGatedPair(instances, { clock }));
  await other.set('k', 'first');
  await hearAll(taker, other);
});

/** A `take` that has read the entry, and whose removal waits to be sent. */
async function beginToTake(): Promise<{ readonly taking: Promise<unknown>; readonly remove: () => void }> {
  const remove = gate.holdCommands('evalsha');
  const taking = taker.take('k');
  await eventually(() => expect(gate.held('evalsha')).toBe(1));
  return { taking, remove };
}

async function found(): Promise<readonly unknown[]> {
  const third = await instances.open(instances.name);
  return [await taker.get('k'), await other.get('k'), await third.get('k')];
}

describe('a value that was read to be taken', () => {
  it('and was set anew by another instance meanwhile is left alone: the new one is taken', async () => {
    const { taking, remove } = await beginToTake();
    await other.set('k', 'second');
    remove();
    expect(await taking).toBe('second');
    expect(await found()).toEqual([undefined, undefined, undefined]);
  });

  it('and was taken by another instance, and set anew since, is not given twice', async () => {
    const { taking, remove } = await beginToTake();
    expect(await other.take('k')).toBe('first');
    await other.set('k', 'second');
    remove();
    expect(await taking).toBe('second');
    expect(await other.take('k')).toBeUndefined();
  });

  it.each([
    ['deleted', () => other.delete('k')],
    ['invalidated', () => other.invalidate({ pattern: 'k*' })],
    ['taken', () => other.take('k')],
  ])('and was %s by another instance meanwhile is given to nobody else', async (_how, remove) => {
    const { taking, remove: send } = await beginToTake();
    await remove();
    send();
    expect(await taking).toBeUndefined();
    expect(await found()).toEqual([undefined, undefined, undefined]);
  });

  it.each([
    ['by the instance that takes', () => taker],
    ['by another instance', () => other],
  ])('leaves what is set %s after it is removed', async (_who, setter) => {
    const before = gate.replied('evalsha');
    const answer = gate.holdReplies('evalsha');
    const taking = taker.take('k');
    await eventually(() => expect(gate.replied('evalsha')).toBeGreaterThan(before));
    const setting = setter().set('k', 'second');
    answer();
    expect(await taking).toBe('first');
    await setting;
    await hearAll(taker, other);
    expect(await found()).toEqual(['second', 'second', 'second']);
  });

  it('leaves what this instance has begun to set under a tag that is new to it', async () => {
    const send = gate.holdCommands('evalsha');
    const setting = taker.set('k', 'second', { tags: ['never used before'] });
    await eventually(() => expect(gate.held('evalsha')).toBe(1));
    const taking = taker.take('k');
    // What it has read is 'first' by now.
    await eventually(() => expect(gate.held('evalsha')).toBe(2));
    send();
    expect(await taking).toBe('first');
    await setting;
    expect(await found()).toEqual(['second', 'second', 'second']);
  });

  it('does not stay in memory where another call has read it before it was removed', async () => {
    const { taking, remove } = await beginToTake();
    expect(await taker.get('k')).toBe('first');
    remove();
    expect(await taking).toBe('first');
    expect(await taker.get('k')).toBeUndefined();
  });
});

describe('a take', () => {
  it('gives nothing where Redis has nothing, whatever memory holds, and leaves what another sets meanwhile', async () => {
    const deafGate = gateRedis(deafRedis(instances.client()));
    const deaf = instances.openUnheard(instances.name, { redis: deafGate.client });
    expect(await deaf.get('k')).toBe('first');
    expect(await other.take('k')).toBe('first');
    const answer = deafGate.holdReplies('mgetBuffer');
    const before = deafGate.replied('mgetBuffer');
    const taking = deaf.take('k');
    await eventually(() => expect(deafGate.replied('mgetBuffer')).toBeGreaterThan(before));
    await other.set('k', 'second');
    answer();
    expect(await taking).toBeUndefined();
    expect(await deaf.get('k')).toBe('second');
    expect(await found()).toEqual(['second', 'second', 'second']);
  });

  it.each([
    ['of this instance', () => taker],
    ['of another instance', () => other],
    [
      'of one that hears nothing',
      () => instances.openUnheard(instances.name, { redis: deafRedis(instances.client()) }),
    ],
  ])('ends a load %s that began before it', async (_whose, loads) => {
    await other.delete('k');
    const cache = loads();
    const loader = createGatedLoader();
    const loading = cache.getOrLoad('k', loader.load);
    await loader.begun(1);
    await other.set('k', 'first');
    await hearAll(taker, other);
    expect(await taker.take('k')).toBe('first');
    await hearAll(other, taker);
    loader.finish('loaded');
    await loading;
    expect(await found()).toEqual([undefined, undefined, undefined]);
  });

  it('is given to one of many, of two instances', async () => {
    for (let round = 0; round < 20; round += 1) {
      await other.set('k', round);
      const calls = [taker, other, taker, other].map((cache) => cache.take('k'));
      expect((await Promise.all(calls)).filter((value) => value !== undefined)).toEqual([round]);
    }
  });

  it('takes each of what is set again and again just once', async () => {
    const taken: unknown[] = [];
    let isOver = false;
    async function takeAll(cache: Cache): Promise<void> {
      while (!isOver) {
        const value = await cache.take('k');
        if (value !== undefined) taken.push(value);
      }
    }
    const takers = [takeAll(taker), takeAll(other)];
    try {
      for (let round = 0; round < 200; round += 1) {
        await [taker, other][round % 2]?.set('k', round);
        if (round % 3 === 0) await eventually(() => expect(taken).toContain(round));
      }
    } finally {
      isOver = true;
      await Promise.all(takers);
    }
    expect(new Set(taken).size).toBe(taken.length);
  });

  it('that finds nothing leaves nothing of what was read before another took it', async () => {
    const deafGate = gateRedis(deafRedis(instances.client()));
    const deaf = instances.openUnheard(instances.name, { redis: deafGate.client });
    const answer = deafGate.holdReplies('mgetBuffer');
    const reading = deaf.get('k');
    await eventually(() => expect(deafGate.replied('mgetBuffer')).toBe(1));
    expect(await other.take('k')).toBe('first');
    // The answers of another connection come sooner.
    deafGate.holdReplies('mgetBuffer')();
    expect(await deaf.take('k')).toBeUndefined();
    answer();
    await reading;
    expect(await deaf.get('k')).toBeUndefined();
  });

  it.each([
    ['does not come to Redis', () => gate.failCommands('evalsha')],
    ['has no answer', () => gate.loseReplies('evalsha')],
  ])('whose removal %s gives what memory held, to one caller here, and it is removed later', async (_how, fail) => {
    const mend = fail();
    const taken = await Promise.all([taker.take('k'), taker.take('k')]);
    expect(taken.filter((value) => value === 'first')).toHaveLength(1);
    mend();
    await eventually(async () => expect(await found()).toEqual([undefined, undefined, undefined]));
  });
});
