import type { Redis } from 'ioredis';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { decodeFrame } from '../../src/entries/decode-frame.ts';
import { type Cache, type CacheOptions, createCache } from '../../src/index.ts';
import { useRedis } from '../use-redis.ts';

const OLD = { id: 'k1', secret: 'first-secret-first-secret-first-secret' };
const NEW = { id: 'k2', secret: 'second-secret-second-secret-second-secret' };
const policies = {
  default: { redis: { encryption: 'aes-256-gcm' } },
  packed: { redis: { encryption: 'aes-256-gcm', compression: { threshold: 0 } } },
  open: {},
} satisfies CacheOptions['policies'];

const instances = useRedis();
let redis: Redis;

beforeAll(() => {
  redis = instances.client();
});

const entry = (namespace: string, key: string) => `bw:1:${namespace}:entry:{${key}}`;
// Nothing stays in memory, so that every read is one of Redis.
const open = (namespace: string, keys: readonly (typeof OLD)[]) =>
  instances.open(namespace, { policies, encryption: { keys }, memory: { maxSize: 1 } });

function hearUnreadable(cache: Cache): { readonly reasons: () => string[] } {
  const heard = vi.fn();
  cache.on('frame:unreadable', heard);
  return { reasons: () => heard.mock.calls.map(([{ reason }]) => reason) };
}

describe('encryption at rest', () => {
  it('keeps values out of Redis, and every instance with the key reads them', async () => {
    const [writer, reader] = [await open('rest', [OLD]), await open('rest', [OLD])];
    const value = { name: 'ada lovelace', born: new Date(0) };
    await writer.set('set', value, { tags: ['users'] });
    await writer.getOrLoad('loaded', () => value);
    await (await writer.reserve('reserved')).commit(value);
    for (const key of ['set', 'loaded', 'reserved']) {
      const stored = (await redis.getBuffer(entry('rest', key))) ?? Buffer.alloc(0);
      expect(stored.includes('ada')).toBe(false);
      expect(decodeFrame(stored, 10_000)).toMatchObject({ keyId: 'k1' });
      expect(await reader.get(key)).toEqual(value);
    }
    await writer.invalidate({ tag: 'users' });
    expect(await reader.get('set')).toBeUndefined();
  });

  it('compresses first: what is encrypted does not compress', async () => {
    const cache = await open('packed', [OLD]);
    await cache.set('k', 'a'.repeat(10_000), { policy: 'packed' });
    expect((await redis.getBuffer(entry('packed', 'k')))?.length).toBeLessThan(300);
    expect(await cache.get('k', { policy: 'packed' })).toBe('a'.repeat(10_000));
  });

  it('takes no frame from another key, space or namespace', async () => {
    const cache = await open('places', [OLD]);
    const heard = hearUnreadable(cache);
    await cache.set('mine', 'mine');
    await cache.set('yours', 'yours');
    await redis.copy(entry('places', 'yours'), entry('places', 'mine'), 'REPLACE');
    expect(await cache.get('mine')).toBeUndefined();
    expect(await cache.get('yours')).toBe('yours');
    expect(heard.reasons()).toEqual(['altered']);
    expect(cache.stats().redis.unreadableFrames).toBe(1);
  });

  it('reads nothing that is not encrypted, by a policy that encrypts', async () => {
    const cache = await open('planted', [OLD]);
    const heard = hearUnreadable(cache);
    await cache.set('k', 'planted', { policy: 'open' });
    expect(await cache.get('k', { policy: 'open' })).toBe('planted');
    expect(await cache.get('k')).toBeUndefined();
    expect(heard.reasons()).toEqual(['plaintext']);
    expect(await cache.getOrLoad('k', () => 'loaded')).toBe('loaded');
    expect(await cache.get('k')).toBe('loaded');
  });

  it('is read by policies that do not encrypt too, where the key is at hand', async () => {
    const [cache, keyless] = [await open('mixed', [OLD]), await instances.open('mixed', { memory: { maxSize: 1 } })];
    const heard = hearUnreadable(keyless);
    await cache.set('k', 1);
    expect(await cache.get('k', { policy: 'open' })).toBe(1);
    expect(await keyless.get('k')).toBeUndefined();
    expect(heard.reasons()).toEqual(['key']);
  });

  it('changes its key without a miss: behind the old one first, then in front, then alone', async () => {
    const before = await open('rotation', [OLD]);
    await before.set('k', 'by the old key');
    const prepared = await open('rotation', [OLD, NEW]);
    const rotated = await open('rotation', [NEW, OLD]);
    expect(await prepared.get('k')).toBe('by the old key');
    expect(await rotated.get('k')).toBe('by the old key');
    await rotated.set('k', 'by the new key');
    expect(await prepared.get('k')).toBe('by the new key');
    const finished = await open('rotation', [NEW]);
    expect(await finished.get('k')).toBe('by the new key');
    const heard = hearUnreadable(before);
    expect(await before.get('k')).toBeUndefined();
    expect(heard.reasons()).toEqual(['key']);
  });

  it('refuses a policy that encrypts without a key', () => {
    expect(() => createCache({ redis, policies })).toThrow(
      expect.objectContaining({
        code: 'ERR_CACHE_OPTION',
        message: expect.stringContaining("policies.default.redis.encryption must be 'none' without encryption.keys"),
      }),
    );
  });
});
