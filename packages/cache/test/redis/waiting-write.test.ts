import { eventually } from '@breakwater/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Cache, InvalidationTarget, WriteOptions } from '../../src/index.ts';
import { openGatedPair } from '../gated-pair.ts';
import { deafRedis, type GatedRedis } from '../gated-redis.ts';
import { hearAll } from '../instances.ts';
import { useRedis } from '../use-redis.ts';

const TARGETS: readonly InvalidationTarget[] = [{ key: 'k' }, { tag: 'x' }, { pattern: 'k*' }, { all: true }];
const policies = {
  sie: { ttl: '1h', staleIfError: '1h' },
  plain: { ttl: '1h' },
  back: { ttl: '1h', write: 'back' },
} as const;

const instances = useRedis();
let gate: GatedRedis;
let writer: Cache;
let other: Cache;

beforeEach(async () => {
  const writeBack = { interval: '10m' } as const;
  ({ gate, gated: writer, other } = await openGatedPair(instances, { policies }, { writeBack }));
  // So that the tag is known, and a set that names it need not wait.
  await writer.set('another', 1, { tags: ['x'] });
  await writer.set('k', 'old', { policy: 'sie' });
});

const fail = () => Promise.reject(new Error('no value'));

/** What is found, and what is served where the loader fails. */
async function servedBy(cache: Cache): Promise<unknown[]> {
  return [await cache.get('k'), await cache.getOrLoad('k', fail, { policy: 'sie' }).catch(() => 'nothing')];
}

async function expectServed(...served: unknown[]): Promise<void> {
  const late = await instances.open(instances.name, { policies });
  for (const cache of [writer, late]) expect(await servedBy(cache)).toEqual(served);
  // It may not have heard of all yet.
  await eventually(async () => expect(await servedBy(other)).toEqual(served));
}

/** Calls `set`, which gets no further than to Redis until `goOn` is called. */
async function hold(set: () => Promise<unknown>) {
  const before = gate.held('evalsha');
  const goOn = gate.holdCommands('evalsha');
  const setting = set();
  await eventually(() => expect(gate.held('evalsha')).toBeGreaterThan(before));
  return { setting, goOn };
}

const setNew = (options: WriteOptions) => writer.set('k', 'new', { policy: 'sie', ...options });

/** What a set of the tag `x` may wait for. */
const WAITS = {
  nothing: () => hold(() => setNew({ tags: ['x'] })),
  'the generation of a tag': () => hold(() => setNew({ tags: ['x', 'never used before'] })),
  'an invalidation that is due': async () => {
    const repair = gate.failCommands('evalsha');
    await writer.set('k', 'refused', { policy: 'sie' });
    repair();
    return hold(() => setNew({ tags: ['x'] }));
  },
  'a buffered write under way': async () => {
    await writer.set('k', 'buffered', { policy: 'back' });
    const { setting: flushing, goOn } = await hold(() => writer.drain());
    return { setting: Promise.all([flushing, setNew({ tags: ['x'] })]), goOn };
  },
};

describe.each(Object.entries(WAITS))('a set that waits for %s', (_what, begin) => {
  it.each(TARGETS)('is stale, and nothing before it is served, where %j expires behind it', async (target) => {
    const { setting, goOn } = await begin();
    const expiring = writer.expire(target);
    goOn();
    await Promise.all([setting, expiring]);
    await expectServed(undefined, 'new');
  });

  it.each(TARGETS)('is gone, as what was before it, where %j is invalidated behind it', async (target) => {
    const { setting, goOn } = await begin();
    const invalidating = writer.invalidate(target);
    goOn();
    await Promise.all([setting, invalidating]);
    await expectServed(undefined, 'nothing');
  });

  it('does not come over a set behind the expiry', async () => {
    const { setting, goOn } = await begin();
    const calls = [writer.expire({ key: 'k' }), writer.set('k', 'newest', { policy: 'sie' })];
    goOn();
    await Promise.all([setting, ...calls]);
    await expectServed('newest', 'newest');
  });
});

describe('a buffered set over an older value', () => {
  it.each(TARGETS)('leaves nothing before it to be served where %j expires behind it', async (target) => {
    await writer.set('k', 'new', { policy: 'back', staleIfError: '1h', tags: ['x'] });
    await writer.expire(target);
    expect(await servedBy(writer)).toEqual([undefined, 'new']);
    await eventually(async () => expect(await servedBy(other)).toEqual([undefined, 'nothing']));
  });
});

describe('a buffered set over an older value, where another instance lets it expire', () => {
  const bufferNew = (cache: Cache) => cache.set('k', 'new', { policy: 'back', staleIfError: '1h', tags: ['x'] });

  it.each(TARGETS)('by %j, leaves nothing before it to be served', async (target) => {
    await bufferNew(writer);
    await other.expire(target);
    await hearAll(writer, other);
    await writer.drain();
    await expectServed(undefined, 'nothing');
  });

  it.each([{ key: 'k' }, { pattern: 'k*' }])('by %j, leaves what is set behind that', async (target) => {
    await bufferNew(writer);
    await other.expire(target);
    await other.set('k', 'newest', { policy: 'sie' });
    await hearAll(writer, other);
    await writer.drain();
    await expectServed('newest', 'newest');
  });

  it('leaves nothing before it either where that was not heard', async () => {
    const deaf = instances.openUnheard(instances.name, { redis: deafRedis(instances.client()), policies });
    await bufferNew(deaf);
    await other.expire({ key: 'k' });
    await deaf.drain();
    await expectServed(undefined, 'nothing');
  });
});

describe('a set that waits for the generation of a tag', () => {
  const begin = (options?: WriteOptions) => hold(() => setNew({ tags: ['never used before'], ...options }));

  it('leaves nothing where it may not be served stale and its key expires behind it', async () => {
    const { setting, goOn } = await begin({ policy: 'plain' });
    const expiring = writer.expire({ key: 'k' });
    goOn();
    await Promise.all([setting, expiring]);
    await expectServed(undefined, 'nothing');
  });

  it('does not come over what is loaded behind the expiry of its key', async () => {
    const { setting, goOn } = await begin();
    gate.holdCommands('evalsha')();
    await writer.expire({ key: 'k' });
    expect(await writer.getOrLoad('k', () => 'loaded', { policy: 'sie' })).toBe('loaded');
    goOn();
    await setting;
    await expectServed('loaded', 'loaded');
  });

  it('does not come over what another instance loads behind the expiry of its key', async () => {
    const { setting, goOn } = await begin();
    gate.holdCommands('evalsha')();
    await writer.expire({ key: 'k' });
    const expiredAtMs = Date.now();
    await eventually(() => Date.now() > expiredAtMs);
    expect(await other.getOrLoad('k', () => 'loaded', { policy: 'sie' })).toBe('loaded');
    goOn();
    await setting;
    await expectServed('loaded', 'loaded');
  });

  it.each([
    ['expire', 'new'],
    ['invalidate', 'nothing'],
  ] as const)('ends behind a paced %s as behind one without a pace', async (effect, left) => {
    for (const target of [{ tag: 'x' }, { pattern: 'k*' }]) {
      await writer.set('k', 'old', { policy: 'sie', tags: ['x'] });
      const { setting, goOn } = await begin({ tags: ['x', `never used before, nor ${JSON.stringify(target)}`] });
      gate.holdCommands('evalsha')();
      // Its walk is over before there is anything of the set to be met.
      await writer[effect](target, { pace: '1000/s' });
      goOn();
      await setting;
      await expectServed(undefined, left);
    }
  });

  it('is made, however many others this process is asked for meanwhile', async () => {
    const { setting, goOn } = await begin();
    gate.holdCommands('evalsha')();
    const others = Array.from({ length: 11_000 }, (_, index) => [`o${index}`, index] as const);
    await writer.setMany(others, { policy: 'back' });
    goOn();
    await setting;
    await expectServed('new', 'new');
  });

  it.each([{ key: 'k' }, { pattern: 'k*' }])(
    'is made where another instance invalidates %j meanwhile',
    async (target) => {
      const { setting, goOn } = await begin();
      await other.invalidate(target);
      await hearAll(writer, other);
      goOn();
      await setting;
      expect(await writer.get('k')).toBe('new');
    },
  );

  it('is not undone in memory by what is read of Redis meanwhile', async () => {
    const { setting, goOn } = await begin();
    const before = gate.replied('mgetBuffer');
    const answer = gate.holdReplies('mgetBuffer');
    const reading = writer.get('k');
    await eventually(() => expect(gate.replied('mgetBuffer')).toBeGreaterThan(before));
    goOn();
    await setting;
    answer();
    expect(await reading).toBe('old');
    expect(await writer.get('k')).toBe('new');
  });
});
