import fc from 'fast-check';
import type { Redis } from 'ioredis';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { encodeFrame, type Frame } from '../../src/entries/frame.ts';
import { lifetimeAt } from '../../src/entries/freshness.ts';
import type { Cache } from '../../src/index.ts';
import { useRedis } from '../use-redis.ts';

const instances = useRedis();
let redis: Redis;
let cache: Cache;

beforeAll(async () => {
  redis = instances.client();
  cache = await instances.open('app', { memory: { maxSize: 1 }, maxEntrySize: '64kb' });
  await cache.set('valid', 1, { tags: ['x'] });
});

const entry = (key: string) => `bw:1:app:entry:{${key}}`;

async function namespaceStamp() {
  return { tag: '', generation: String(await redis.get('bw:1:app:tag:{}')) };
}

async function plant(frame: Partial<Frame>): Promise<void> {
  const whole: Frame = {
    codec: 'json',
    validator: undefined,
    keyId: undefined,
    ...lifetimeAt({ ttlMs: 60_000, staleWhileRevalidateMs: 0, staleIfErrorMs: 0 }, Date.now()),
    stamps: [await namespaceStamp()],
    compression: 'none',
    payload: Buffer.from('p1'),
    ...frame,
  };
  await redis.set(entry('planted'), encodeFrame(whole), 'PX', 60_000);
}

describe('what others have put in Redis', () => {
  it('is a miss, and never an error, whatever its bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), async (bytes) => {
        await redis.set(entry('planted'), Buffer.from(bytes), 'PX', 60_000);
        expect(await cache.get('planted')).toBeUndefined();
      }),
      { numRuns: 50 },
    );
  });

  it('is read where it is a frame, so that the refusals below are not for another reason', async () => {
    await plant({});
    expect(await cache.get('planted')).toBe(1);
  });

  it.each<[string, Partial<Frame>, string]>([
    ['of another codec', { codec: 'raw' }, 'codec'],
    ['encrypted with a key it does not have', { keyId: 'k1' }, 'key'],
    ['with a payload that is no JSON', { payload: Buffer.from('p{') }, 'payload'],
    ['with a payload nested beyond the stack', { payload: Buffer.from(`t${'['.repeat(60_000)}`) }, 'payload'],
    ['with a payload that is not compact', { codec: 'compact', payload: Buffer.from([0, 9, 9, 9, 9]) }, 'payload'],
    ['without the namespace’s stamp', { stamps: [] }, 'malformed'],
    ['larger than an entry may be', { payload: Buffer.alloc(400 * 1024, 'p') }, 'oversized'],
  ])('is a counted miss %s', async (_what, frame, reason) => {
    const heard = vi.fn();
    const end = cache.on('frame:unreadable', heard);
    const before = cache.stats().redis.unreadableFrames;
    await plant(frame);
    expect(await cache.get('planted')).toBeUndefined();
    expect(heard.mock.calls).toEqual([[{ reason }]]);
    expect(cache.stats().redis.unreadableFrames).toBe(before + 1);
    end();
  });

  it('is a miss where it is expired, or stamped with a generation that is not current', async () => {
    const stamp = await namespaceStamp();
    await plant({ storedAtMs: 1, freshUntilMs: Date.now(), staleUntilMs: Date.now(), expiresAtMs: Date.now() });
    expect(await cache.get('planted')).toBeUndefined();
    await plant({ stamps: [{ tag: '', generation: 'made up' }] });
    expect(await cache.get('planted')).toBeUndefined();
    await plant({ stamps: [stamp, { tag: 'x', generation: 'made up' }] });
    expect(await cache.get('planted')).toBeUndefined();
    await plant({ stamps: [stamp, { tag: 'never used', generation: '' }] });
    expect(await cache.get('planted')).toBeUndefined();
  });

  it('is a miss where it is no text at all, and is overwritten', async () => {
    await redis.del(entry('planted'));
    await redis.rpush(entry('planted'), 'a list');
    const { errors } = cache.stats().redis;
    expect(await cache.get('planted')).toBeUndefined();
    expect(cache.stats().redis.errors).toBe(errors);
    expect(await cache.getOrLoad('planted', () => 2)).toBe(2);
    expect(await cache.get('planted')).toBe(2);
  });

  it.each(['tag:{y}', 'tombstone:{mine}', 'lease:{mine}', 'sweep:{last}', 'tag-log:{last}', 'bus:{record}'])(
    'is nothing where it is no text under %s, and costs neither it nor what leaves with it anything',
    async (place) => {
      const [one, two] = [await instances.open('lists'), await instances.open('lists')];
      await one.set('mine', 'old');
      await one.invalidate({ all: true });
      await redis.del(`bw:1:lists:${place}`);
      await redis.rpush(`bw:1:lists:${place}`, 'a list');
      const before = one.stats().redis.errors;
      const loaded = await Promise.all([
        one.getOrLoad('mine', () => 'new', { tags: ['y'] }),
        one.getOrLoad('mate', () => 'mate'),
        one.set('written', 'written'),
      ]);
      expect(loaded.slice(0, 2)).toEqual(['new', 'mate']);
      expect(await two.getMany(['mine', 'mate', 'written'])).toEqual(
        new Map([
          ['mine', 'new'],
          ['mate', 'mate'],
          ['written', 'written'],
        ]),
      );
      expect(await one.expire({ tag: 'y' })).toMatchObject({ shared: true });
      expect(await one.invalidate({ pattern: 'ma*' })).toMatchObject({ shared: true, redisKeys: expect.any(Number) });
      expect(one.stats().redis.errors).toBe(before);
    },
  );
});
