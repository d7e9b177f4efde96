import { eventually } from '@breakwater/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Cache } from '../../src/index.ts';
import { openGatedPair } from '../gated-pair.ts';
import { deafRedis, type GatedRedis } from '../gated-redis.ts';
import { hearAll } from '../instances.ts';
import { createMemorySource, type MemorySource } from '../memory-source.ts';
import { useRedis } from '../use-redis.ts';

const instances = useRedis();
let gate: GatedRedis;
let database: MemorySource;
/** Two instances before one database. */
let one: Cache;
let other: Cache;

beforeEach(async () => {
  database = createMemorySource({ k: 'row' });
  ({ gate, gated: one, other } = await openGatedPair(instances, options()));
});

function options() {
  const { source } = database;
  const policies = {
    default: { source },
    back: { source, write: 'back' },
    around: { source, write: 'around' },
  } as const;
  return { policies, writeBack: { interval: '1h' } } as const;
}
const open = () => instances.open(instances.name, options());
const openDeaf = () => instances.openUnheard(instances.name, { redis: deafRedis(instances.client()), ...options() });

/** Whoever asks gets what the database has. */
async function expectTruth(): Promise<void> {
  await Promise.all([hearAll(one, other), hearAll(other, one)]);
  for (const cache of [one, other, await open()]) expect(await cache.getOrLoad('k')).toBe(database.rows.get('k'));
}

describe('a write through to the source', () => {
  it('is found by all instances, which forget what they had', async () => {
    await other.getOrLoad('k');
    await one.set('k', 'new');
    await hearAll(other, one);
    expect(await other.get('k')).toBe('new');
    await expectTruth();
  });

  it('that another instance’s overtakes is not kept, whichever the source took last', async () => {
    const release = database.hold('store');
    const first = one.set('k', 'first');
    await eventually(() => database.rows.get('k') === 'first');
    const second = other.set('k', 'second');
    await eventually(() => database.rows.get('k') === 'second');
    release();
    await Promise.all([first, second]);
    await expectTruth();
    expect(database.rows.get('k')).toBe('second');
  });

  it('that another instance’s overtakes is not kept by one that did not hear of it either', async () => {
    const deaf = openDeaf();
    const release = database.hold('store');
    const first = deaf.set('k', 'first');
    await eventually(() => database.rows.get('k') === 'first');
    const second = other.set('k', 'second');
    await eventually(() => database.rows.get('k') === 'second');
    release();
    await Promise.all([first, second]);
    for (const cache of [deaf, other, await open()]) expect(await cache.getOrLoad('k')).toBe('second');
  });

  it('fences a load of another instance that asked the source before', async () => {
    const release = database.hold('load');
    const loading = other.getOrLoad('k');
    await eventually(() => database.calls.includes('load k'));
    await one.set('k', 'new');
    release();
    expect(await loading).toBe('row');
    await expectTruth();
  });

  it.each([{ key: 'k' }, { tag: 'x' }, { pattern: 'k*' }])(
    'is not kept where another instance invalidates %j meanwhile, heard or not',
    async (target) => {
      for (const writer of [one, openDeaf()]) {
        const release = database.hold('store');
        database.rows.clear();
        const writing = writer.set('k', 'stored', { tags: ['x'] });
        await eventually(() => database.rows.has('k'));
        await other.invalidate(target);
        database.rows.set('k', 'changed by somebody');
        release();
        await writing;
        expect(await other.getOrLoad('k')).toBe('changed by somebody');
        await other.delete('k');
      }
    },
  );

  it('is not kept where a tag is invalidated meanwhile whose generation Redis did not give before', async () => {
    gate.failCommands('evalsha', 1);
    const release = database.hold('store');
    const writing = one.set('k', 'stored', { tags: ['x'] });
    await eventually(() => database.rows.get('k') === 'stored');
    const send = gate.holdCommands('evalsha');
    release();
    await eventually(() => expect(gate.held('evalsha')).toBe(1));
    await other.invalidate({ tag: 'x' });
    await hearAll(one, other);
    database.rows.set('k', 'changed by somebody');
    send();
    await writing;
    expect(await other.getOrLoad('k')).toBe('changed by somebody');
    await expectTruth();
    // Not for a moment, either: others might have read it then.
    const told = await instances.client().xrange(`bw:1:${instances.name}:bus:{record}`, '-', '+');
    expect(JSON.stringify(told)).not.toContain('written');
  });

  it.each(['invalidate', 'expire'] as const)(
    'is not kept either where this process does not hear that another instance did %s such a tag',
    async (end) => {
      const deaf = instances.openUnheard(instances.name, { redis: deafRedis(gate.client), ...options() });
      gate.failCommands('evalsha', 1);
      const release = database.hold('store');
      const writing = deaf.set('k', 'stored', { tags: ['x'] });
      await eventually(() => database.rows.get('k') === 'stored');
      const send = gate.holdCommands('evalsha');
      release();
      await eventually(() => expect(gate.held('evalsha')).toBe(1));
      await other[end]({ tag: 'x' });
      database.rows.set('k', 'changed by somebody');
      send();
      await writing;
      for (const cache of [deaf, other]) expect(await cache.getOrLoad('k')).toBe('changed by somebody');
    },
  );

  it('is not followed by what was buffered before it', async () => {
    await one.set('k', 'first', { policy: 'back' });
    const release = database.delayNext('store');
    const writing = one.set('k', 'second');
    await eventually(() => expect(database.calls).toContain('store k=second'));
    const draining = one.drain();
    release();
    await Promise.all([writing, draining]);
    expect(database.rows.get('k')).toBe('second');
    await expectTruth();
  });

  it('leaves no older value in Redis where Redis did not take it', async () => {
    await one.getOrLoad('k');
    for (const fail of [gate.failCommands, gate.loseReplies]) {
      const recover = fail('evalsha');
      await one.set('k', `new ${fail}`);
      expect(await one.get('k')).toBe(`new ${fail}`);
      recover();
      // What was not told at once is told before the next read of Redis, or soon.
      await eventually(async () => (await other.getOrLoad('k')) === `new ${fail}`);
    }
  });
});

describe('a write back to the source', () => {
  const back = { policy: 'back' } as const;

  it('is heard of by the others when the source has it, and not before', async () => {
    await other.getOrLoad('k');
    await one.set('k', 'new', back);
    expect(await one.getOrLoad('k')).toBe('new');
    expect(await other.getOrLoad('k')).toBe('row');
    expect(one.stats().bus.published).toBe(0);
    await one.drain();
    expect(database.rows.get('k')).toBe('new');
    await expectTruth();
  });

  it('is stored in the source though another instance invalidates it, and then forgotten by all', async () => {
    await one.set('k', 'new', back);
    await other.invalidate({ key: 'k' });
    await hearAll(one, other);
    expect(await other.getOrLoad('k')).toBe('row');
    await one.drain();
    expect(database.rows.get('k')).toBe('new');
    await expectTruth();
  });

  it('is stored in the source while Redis is away, and Redis does not bring the older value back', async () => {
    await one.getOrLoad('k');
    await hearAll(other, one);
    const recover = gate.failCommands('evalsha');
    await one.set('k', 'new', back);
    expect(await one.drain()).toEqual({ buffered: 0 });
    expect(database.rows.get('k')).toBe('new');
    recover();
    await eventually(async () => (await other.getOrLoad('k')) === 'new');
  });
});

describe('a write around to the source', () => {
  it('leaves the key to the next load, in every instance', async () => {
    await Promise.all([one.getOrLoad('k'), other.getOrLoad('k')]);
    await one.set('k', 'new', { policy: 'around' });
    expect(await one.get('k')).toBeUndefined();
    await hearAll(other, one);
    expect(await other.get('k')).toBeUndefined();
    await expectTruth();
  });
});
