import { eventually } from '@breakwater/testkit';
import { expect, it } from 'vitest';
import { gateRedis } from '../gated-redis.ts';
import { hearAll } from '../instances.ts';
import { useRedis } from '../use-redis.ts';

const instances = useRedis();

it('a set that waits for a generation is not undone in memory by what is read of Redis meanwhile', async () => {
  const gate = gateRedis(instances.client());
  const [writer, other] = await Promise.all([
    instances.open(instances.name, { redis: gate.client }),
    instances.open(instances.name),
  ]);
  await other.set('k', 'old');
  await hearAll(writer, other);
  const send = gate.holdCommands('evalsha');
  const setting = writer.set('k', 'new', { tags: ['never used before'] });
  await eventually(() => expect(gate.held('evalsha')).toBe(1));
  const before = gate.replied('mgetBuffer');
  const answer = gate.holdReplies('mgetBuffer');
  const reading = writer.get('k');
  await eventually(() => expect(gate.replied('mgetBuffer')).toBeGreaterThan(before));
  send();
  await setting;
  answer();
  expect(await reading).toBe('old');
  expect(await writer.get('k')).toBe('new');
});
