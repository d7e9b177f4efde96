import { eventually } from '@breakwater/testkit';
import { beforeEach, expect, it } from 'vitest';
import type { Cache } from '../../src/index.ts';
import { type GatedRedis, gateRedis } from '../gated-redis.ts';
import { hearAll } from '../instances.ts';
import { useRedis } from '../use-redis.ts';

const policies = { back: { write: 'back' } } as const;
const instances = useRedis();
let gate: GatedRedis;
let gated: Cache;
let other: Cache;

beforeEach(async () => {
  gate = gateRedis(instances.client());
  [gated, other] = await Promise.all([
    instances.open(instances.name, { redis: gate.client, policies, writeBack: { interval: '1h' } }),
    instances.open(instances.name),
  ]);
});

it('a commit that is taken back leaves nothing in memory, though it was read meanwhile', async () => {
  const reservation = await gated.reserve('k');
  const send = gate.holdCommands('evalsha');
  const committing = reservation.commit('overtaken');
  await eventually(() => expect(gate.held('evalsha')).toBe(1));
  await other.set('k', 'set');
  await hearAll(gated, other);
  const replied = gate.replied('evalsha');
  const answer = gate.holdReplies('evalsha');
  send();
  await eventually(() => expect(gate.replied('evalsha')).toBeGreaterThan(replied));
  expect(await gated.get('k')).toBe('overtaken');
  answer();
  expect(await committing).toBe(false);
  expect(await gated.get('k')).toBeUndefined();
  expect(await other.get('k')).toBeUndefined();
});

it('a load in the place of a buffered write leaves no instance what was before that', async () => {
  await other.set('k', 'old');
  await hearAll(gated, other);
  await gated.set('k', 'buffered', { policy: 'back' });
  expect(await gated.getOrLoad('k', () => 'loaded', { mode: 'refresh' })).toBe('loaded');
  expect(gated.stats().writeBack.buffered).toBe(0);
  await hearAll(other, gated);
  expect(await other.get('k')).toBe('loaded');
});
