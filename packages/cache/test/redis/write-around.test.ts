import { beforeEach, describe, expect, it } from 'vitest';
import type { Cache } from '../../src/index.ts';
import { type GatedRedis, gateRedis } from '../gated-redis.ts';
import { useRedis } from '../use-redis.ts';

const instances = useRedis();
const policies = { around: { write: 'around' }, through: {} } as const;
let gate: GatedRedis;
let writer: Cache;

beforeEach(async () => {
  gate = gateRedis(instances.client());
  writer = await instances.open(instances.name, { policies, redis: gate.client });
});

describe('a write-around', () => {
  const around = { policy: 'around' } as const;

  it('is in Redis and not in memory, until it is read', async () => {
    await writer.set('k', 'old', { policy: 'through' });
    await writer.set('k', 'new', around);
    expect(writer.stats().memory.entries).toBe(0);
    expect(writer.peek('k')).toBeUndefined();
    expect(await writer.lookup('k')).toMatchObject({ tier: 'redis', entry: { value: 'new' } });
    expect(await writer.lookup('k')).toMatchObject({ tier: 'memory' });
  });

  it('is held by memory while Redis is away', async () => {
    gate.failCommands('evalsha');
    await writer.set('k', 'new', around);
    expect(writer.peek('k')?.value).toBe('new');
  });
});
