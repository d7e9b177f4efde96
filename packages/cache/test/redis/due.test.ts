import { eventually } from '@breakwater/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Cache, CacheOptions } from '../../src/index.ts';
import { type GatedRedis, gateRedis } from '../gated-redis.ts';
import { useRedis } from '../use-redis.ts';

const stored = new Map<string, unknown>();
const source = { store: (key: string, value: unknown) => stored.set(key, value) };
const OPTIONS = {
  policies: {
    through: { ttl: '1h' },
    around: { ttl: '1h', write: 'around' },
    back: { ttl: '1h', write: 'back' },
    source: { ttl: '1h', source },
    'back to its source': { ttl: '1h', source, write: 'back' },
  },
  writeBack: { interval: '10m' },
} satisfies Partial<CacheOptions>;

const instances = useRedis();
let gate: GatedRedis;
let writer: Cache;

beforeEach(async () => {
  gate = gateRedis(instances.client());
  writer = await instances.open(instances.name, { ...OPTIONS, redis: gate.client });
});

/** By the time that it resolves, all that was due before it has been sent: reads wait for it. */
const sendWhatIsDue = () => writer.get('another');

async function foundElsewhere(key: string): Promise<unknown> {
  const other = await instances.open(instances.name);
  return other.get(key);
}

const earlier: readonly (readonly [string, () => Promise<unknown>])[] = [
  ['another set of the key', () => writer.set('k', 'old', { tags: ['x'] })],
  ['an invalidation of the key', () => writer.invalidate({ key: 'k' })],
  ['an invalidation of its tag', () => writer.invalidate({ tag: 'x' })],
  ['an invalidation by a pattern', () => writer.invalidate({ pattern: 'k*' })],
  ['a clear', () => writer.clear()],
];

describe.each(['through', 'around', 'back', 'source', 'back to its source'] as const)('what is set %s', (policy) => {
  it.each(earlier)('is not ended by %s that Redis did not take before', async (_what, change) => {
    await writer.set('k', 'oldest', { tags: ['x'] });
    const repair = gate.failCommands('evalsha');
    await change();
    repair();
    await writer.set('k', 'new', { policy, tags: ['x'] });
    await writer.drain();
    await sendWhatIsDue();
    expect(await foundElsewhere('k')).toBe('new');
    expect(await writer.get('k')).toBe('new');
  });
});

describe('what is committed to a reservation', () => {
  it.each(earlier)('is not ended by %s that Redis did not take before', async (_what, change) => {
    await writer.set('k', 'oldest', { tags: ['x'] });
    const repair = gate.failCommands('evalsha');
    await change();
    repair();
    const reservation = await writer.reserve('k', { tags: ['x'] });
    expect(await reservation.commit('new')).toBe(true);
    await sendWhatIsDue();
    expect(await foundElsewhere('k')).toBe('new');
    expect(await writer.get('k')).toBe('new');
  });

  it.each(earlier)('stays in memory while Redis does not take %s, and is served', async (_what, change) => {
    await writer.set('k', 'oldest', { tags: ['x'] });
    const repair = gate.failCommands('evalsha');
    await change();
    const reservation = await writer.reserve('k', { tags: ['x'] });
    expect(await reservation.commit('new')).toBe(true);
    expect(await writer.get('k')).toBe('new');
    repair();
    await sendWhatIsDue();
    expect(await foundElsewhere('k')).toBeUndefined();
  });
});

// Of what a source takes, see below.
describe.each(['through', 'around', 'back'] as const)('what is set %s', (policy) => {
  it.each(earlier)('is not ended by %s that was under way, and that Redis does not take', async (_what, change) => {
    await writer.set('k', 'oldest', { tags: ['x'] });
    const send = gate.holdCommands('evalsha');
    const changing = change();
    await eventually(() => expect(gate.held('evalsha')).toBe(1));
    const setting = writer.set('k', 'new', { policy, tags: ['x'] }).then(() => writer.drain());
    gate.failCommands('evalsha', 1);
    send();
    await Promise.all([changing, setting]);
    await sendWhatIsDue();
    await writer.drain();
    expect(await foundElsewhere('k')).toBe('new');
    expect(await writer.get('k')).toBe('new');
  });
});

// It is removed with what came before it: see `storeWrites`.
describe('what a source has taken', () => {
  const failures: readonly (readonly [string, () => () => void])[] = [
    ['does not take', () => gate.failCommands('evalsha', 1)],
    ['takes without an answer', () => gate.loseReplies('evalsha')],
  ];

  describe.each(failures)('while a change was under way that Redis %s', (_how, fail) => {
    it.each(earlier)('is found, or loaded, and never what was before it: behind %s', async (_what, change) => {
      await writer.set('k', 'oldest', { tags: ['x'] });
      const send = gate.holdCommands('evalsha');
      const changing = change();
      await eventually(() => expect(gate.held('evalsha')).toBe(1));
      const setting = writer.set('k', 'new', { policy: 'source', tags: ['x'] });
      // Asked for behind the fences of the write, which by then has come as far as it can: to its source, or to a tag's generation.
      await writer.get('another');
      await writer.get('yet another');
      const repair = fail();
      send();
      await changing;
      repair();
      await setting;
      expect(['new', undefined]).toContain(await writer.get('k'));
      await sendWhatIsDue();
      expect(['new', undefined]).toContain(await foundElsewhere('k'));
      expect(['new', undefined]).toContain(await writer.get('k'));
      const other = await instances.open(instances.name);
      for (const cache of [writer, other]) expect(await cache.getOrLoad('k', () => stored.get('k'))).toBe('new');
    });
  });
});

describe('a set while another of the same key is under way', () => {
  it.each(['through', 'around'] as const)('%s stays in memory where Redis takes neither', async (policy) => {
    await writer.set('k', 'oldest', { policy });
    const send = gate.holdCommands('evalsha');
    const setting = ['earlier', 'later'].map((value) => writer.set('k', value, { policy }));
    await eventually(() => expect(gate.held('evalsha')).toBe(1));
    const repair = gate.failCommands('evalsha');
    send();
    await Promise.all(setting);
    expect(await writer.get('k')).toBe('later');
    repair();
    expect(await foundElsewhere('k')).not.toBe('earlier');
    expect(await writer.get('k')).toBe('later');
  });
});

describe('a set that goes again behind an earlier change that Redis did not take', () => {
  it.each([
    ['a later set', () => writer.set('k', 'latest'), 'latest'],
    ['a later invalidation', () => writer.invalidate({ key: 'k' }), undefined],
  ] as const)('does not come behind %s', async (_what, call, left) => {
    await writer.set('k', 'oldest');
    const send = gate.holdCommands('evalsha');
    const changing = writer.set('k', 'old');
    await eventually(() => expect(gate.held('evalsha')).toBe(1));
    const calls = [changing, writer.set('k', 'new'), call()];
    gate.failCommands('evalsha', 1);
    send();
    await Promise.all(calls);
    await sendWhatIsDue();
    expect(await foundElsewhere('k')).toBe(left);
    expect(await writer.get('k')).toBe(left);
  });
});
