import { setImmediate } from 'node:timers/promises';
import { eventually } from '@breakwater/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Cache } from '../../src/index.ts';
import { openGatedPair } from '../gated-pair.ts';
import type { GatedRedis } from '../gated-redis.ts';
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

describe('an invalidation that Redis did not take', () => {
  it('is sent before anything is read, so that the old value is not served meanwhile', async () => {
    await gated.set('k', 'old');
    const repair = gate.failCommands('evalsha');
    expect(await gated.invalidate({ key: 'k' })).toMatchObject({ shared: false });
    expect(await gated.get('k')).toBeUndefined();
    expect(await gated.getOrLoad('k', () => 'new')).toBe('new');
    repair();
    await eventually(async () => (await instances.client().exists(`bw:1:${instances.name}:tombstone:{k}`)) === 1);
    const third = await instances.open(instances.name);
    expect(await third.get('k')).toBeUndefined();
  });

  it('is sent as soon as Redis answers anything, for others read the old value until then', async () => {
    await gated.set('k', 'old');
    const release = gate.holdReplies('mgetBuffer');
    const reading = gated.get('another');
    await eventually(() => gate.replied('mgetBuffer') === 1);
    const repair = gate.failCommands('evalsha');
    expect(await gated.invalidate({ key: 'k' })).toMatchObject({ shared: false });
    repair();
    release();
    await reading;
    // Of one connection, which answers in order.
    for (let turn = 0; turn < 3; turn += 1) await gate.client.ping();
    expect(await instances.client().exists(`bw:1:${instances.name}:tombstone:{k}`)).toBe(1);
  });

  const stepsApart = [-4, -3, -2, -1, 0, 1, 2, 3, 4];
  it.each(targets.flatMap(([by, target]) => stepsApart.map((steps) => [by, steps, target] as const)))(
    'by %s lets no old value into memory where it fails %i steps of promises after an earlier one is taken',
    async (_by, steps, target) => {
      await other.set('k', 'old', { tags: ['x'] });
      await hearAll(gated, other);
      const repair = gate.failCommands('evalsha');
      await gated.invalidate({ key: 'earlier' });
      repair();
      const sendOne = gate.holdCommands('evalsha');
      const invalidating = gated.invalidate(target);
      await setImmediate();
      gate.holdCommands('evalsha')();
      const answerOther = gate.holdReplies('evalsha');
      const reading = gated.get('k');
      await eventually(() => gate.replied('evalsha') > 0);
      const mend = gate.failCommands('evalsha');
      const [first, second] = steps < 0 ? [sendOne, answerOther] : [answerOther, sendOne];
      first();
      for (let step = 0; step < Math.abs(steps); step += 1) await Promise.resolve();
      second();
      expect(await invalidating).toMatchObject({ shared: false });
      await reading;
      expect(gated.peek('k')).toBeUndefined();
      mend();
    },
  );
});

describe('a command without an answer', () => {
  it('may still have run: what a commit left in Redis does not stay there unfenced', async () => {
    const reservation = await gated.reserve('k');
    const repair = gate.loseReplies('evalsha');
    expect(await reservation.commit('value')).toBe(true);
    expect(gated.peek('k')?.value).toBe('value');
    repair();
    await eventually(async () => (await instances.client().exists(`bw:1:${instances.name}:entry:{k}`)) === 0);
  });
});
