import { eventually } from '@breakwater/testkit';
import type { Redis } from 'ioredis';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Cache } from '../../src/index.ts';
import { openGatedPair } from '../gated-pair.ts';
import type { GatedRedis } from '../gated-redis.ts';
import { hearAll } from '../instances.ts';
import { useRedis } from '../use-redis.ts';

const instances = useRedis();
let redis: Redis;
let gate: GatedRedis;
let gated: Cache;
let other: Cache;

beforeAll(() => {
  redis = instances.client();
});
beforeEach(async () => {
  ({ gate, gated, other } = await openGatedPair(instances));
});

describe('an invalidation with a budget', () => {
  it('is waited for no longer, goes on in the background, and is whole in the audit', async () => {
    await gated.setMany(Array.from({ length: 700 }, (_, index) => [`k:${index}`, index] as const));
    const release = gate.holdCommands('scan');
    const report = await gated.invalidate({ pattern: 'k:*' }, { budget: 0 });
    expect(report).toMatchObject({ memoryEntries: 700, redisKeys: 0, shared: false, isComplete: false });
    expect(gated.peek('k:1')).toBeUndefined();
    expect(gated.audit()).toEqual([]);
    release();
    await eventually(() => gated.audit().length === 1);
    expect(gated.audit()).toMatchObject([{ by: 'pattern', memoryEntries: 700, redisKeys: 700, shared: true }]);
    expect(await other.get('k:1')).toBeUndefined();
  });

  it('that is enough says that it is complete', async () => {
    await gated.set('k', 1);
    expect(await gated.invalidate({ pattern: 'k' }, { budget: '1m' })).toMatchObject({
      redisKeys: 1,
      shared: true,
      isComplete: true,
    });
  });

  it('is done before the cache is closed', async () => {
    const closing = instances.openUnheard(instances.name, { redis: gate.client });
    await other.set('k', 1);
    const release = gate.holdCommands('scan');
    await closing.invalidate({ pattern: 'k' }, { budget: 0 });
    const closed = closing.close();
    release();
    await closed;
    expect(await redis.exists(`bw:1:${instances.name}:entry:{k}`)).toBe(0);
  });
});

describe('another instance', () => {
  it('does not get what one has taken, though both have found it', async () => {
    await other.set('once', 'token');
    await hearAll(gated, other);
    expect(await gated.get('once')).toBe('token');
    const release = gate.holdCommands('evalsha');
    const taking = gated.take('once');
    expect(await other.take('once')).toBe('token');
    release();
    expect(await taking).toBeUndefined();
  });

  it('has in its audit what it heard of', async () => {
    await other.set('k', 1, { tags: ['x'] });
    await hearAll(gated, other);
    await gated.get('k');
    await other.invalidate({ tag: 'x' }, { reason: 'dataChanged' });
    await other.invalidate({ key: ['k', 'l'] });
    await hearAll(gated, other);
    expect(gated.audit()).toMatchObject([
      { by: 'key', keys: 2, remote: true },
      { by: 'tag', tags: ['x'], remote: true, reason: undefined, memoryEntries: 1 },
    ]);
    expect(gated.stats()).toMatchObject({ invalidations: { key: 0, tag: 0 }, reasons: { dataChanged: 0 } });
  });

  it('knows a tag that is in Redis alone, and the rule of an event reaches it', async () => {
    await other.set('k', 1, { tags: ['x'] });
    await hearAll(gated, other);
    const rules = gated.rules<{ changed: string }>();
    rules.on('changed', (tag) => tag);
    expect(await rules.emit('changed', 'x')).toMatchObject({ tags: ['x'], unknownTags: [], shared: true });
    await hearAll(other, gated);
    expect(other.peek('k')).toBeUndefined();
    expect(await rules.emit('changed', 'x')).toMatchObject({ tags: ['x'], unknownTags: ['x'] });
  });
});

it('an entry that is encrypted in Redis is stale after an expiry, and still opens', async () => {
  const options = {
    policies: { sie: { staleIfError: '1h', redis: { encryption: 'aes-256-gcm' } } },
    encryption: { keys: [{ id: 'k1', secret: 'a-secret-of-more-than-thirty-two-letters' }] },
  } as const;
  const [writer, reader] = await Promise.all([
    instances.open(instances.name, options),
    instances.open(instances.name, options),
  ]);
  await writer.set('k', 'old', { policy: 'sie' });
  await writer.expire({ key: 'k' });
  expect(await reader.get('k')).toBeUndefined();
  expect(await reader.getOrLoad('k', () => Promise.reject(new Error('none')), { policy: 'sie' })).toBe('old');
  expect(reader.stats().redis.unreadableFrames).toBe(0);
});
