import { describe, expect, it } from 'vitest';
import { useRedis } from '../use-redis.ts';

const instances = useRedis();

describe('what one instance writes', () => {
  const value = {
    at: new Date(5),
    by: new Map([['a', [1n]]]),
    raw: Buffer.from('x'),
    list: [{ a: 1 }, { a: undefined }],
  };

  it.each(['compact', 'json'] as const)('as %s is read, and frozen, by one that writes the other', async (codec) => {
    const other = codec === 'json' ? 'compact' : 'json';
    const writer = await instances.open(`from-${codec}`, { policies: { default: { redis: { codec } } } });
    const reader = await instances.open(`from-${codec}`, { policies: { default: { redis: { codec: other } } } });
    await writer.set('a', value);
    const found = await reader.lookup<typeof value>('a');
    expect(found).toMatchObject({ tier: 'redis', entry: { value } });
    expect([found?.entry.value, found?.entry.value.list[0]].every(Object.isFrozen)).toBe(true);
    expect(reader.stats().redis.unreadableFrames).toBe(0);
  });
});
