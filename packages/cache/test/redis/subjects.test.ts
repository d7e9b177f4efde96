import { eventually } from '@breakwater/testkit';
import type { Redis } from 'ioredis';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { decodeFrame } from '../../src/entries/decode-frame.ts';
import { encodeFrame, type Frame, wholeFrame } from '../../src/entries/frame.ts';
import { type Cache, type CacheOptions, createCache } from '../../src/index.ts';
import { createGatedLoader } from '../gated-loader.ts';
import { gateRedis } from '../gated-redis.ts';
import { hearAll } from '../instances.ts';
import { useRedis } from '../use-redis.ts';

const OLD = { id: 'k1', secret: 'first-secret-first-secret-first-secret' };
const NEW = { id: 'k2', secret: 'second-secret-second-secret-second-secret' };
const policies = {
  profile: { ttl: '1d', subject: (key: string) => (key.startsWith('profile:') ? key.slice(8) : undefined) },
  back: { write: 'back' },
} satisfies CacheOptions['policies'];

const instances = useRedis();
let redis: Redis;
let a: Cache;
let b: Cache;

const open = (options: Partial<CacheOptions> = {}) =>
  instances.open(instances.name, { policies, encryption: { keys: [OLD] }, ...options });
const entry = (key: string) => `bw:1:${instances.name}:entry:{${key}}`;
const subjectKeys = () => redis.keys(`bw:1:${instances.name}:tag:{%1E*`);

async function stored(key: string): Promise<Frame> {
  const frame = decodeFrame((await redis.getBuffer(entry(key))) ?? Buffer.alloc(0), 100_000);
  if (typeof frame === 'string') throw new Error(`${key} is no frame: ${frame}.`);
  return wholeFrame(frame);
}

beforeAll(() => {
  redis = instances.client();
});
beforeEach(async () => {
  [a, b] = await Promise.all([open(), open()]);
});

describe('an entry about a subject', () => {
  it('is encrypted with a key of the subject’s own, however it is written', async () => {
    const subject = 'ada@example.com';
    await a.set('set', 'secret', { subject });
    await a.setMany([['set-many', 'secret']], { subject });
    await a.getOrLoad('loaded', () => 'secret', { subject });
    await a.loadMany(['load-many'], () => new Map([['load-many', 'secret']]), { subject });
    await (await a.reserve('reserved', { subject })).commit('secret');
    await a.set('back', 'secret', { subject, policy: 'back' });
    expect(await a.drain()).toEqual({ buffered: 0 });
    for (const key of ['set', 'set-many', 'loaded', 'load-many', 'reserved', 'back']) {
      const { keyId, payload } = await stored(key);
      expect(keyId, key).toBe('');
      expect(payload.includes('secret')).toBe(false);
      expect(await b.lookup(key)).toMatchObject({ tier: 'redis', entry: { value: 'secret', tags: [] } });
    }
    expect(await subjectKeys()).toHaveLength(1);
  });

  it('names the subject by a hash, whose key outlives the entry', async () => {
    await a.set('k', 1, { subject: 'ada@example.com', ttl: '10d', tags: ['x'] });
    const [key = ''] = await subjectKeys();
    expect(key).not.toContain('ada');
    expect((await stored('k')).stamps.map(({ tag }) => tag)).toEqual(['', 'x', expect.not.stringContaining('ada')]);
    expect(await redis.pttl(key)).toBeGreaterThan(await redis.pttl(entry('k')));
    expect(a.peek('k')?.tags).toEqual(['x']);
  });

  it('is about whom its policy says by the key, unless the call says it', async () => {
    await a.setMany(
      [
        ['profile:ada', 1],
        ['profile:bob', 2],
        ['rates', 3],
      ],
      { policy: 'profile' },
    );
    await a.loadMany(['profile:eve', 'prices'], (keys) => new Map(keys.map((key) => [key, key])), {
      policy: 'profile',
    });
    await a.set('profile:dan', 5, { policy: 'profile', subject: 'ada' });
    expect(await subjectKeys()).toHaveLength(3);
    for (const key of ['rates', 'prices']) expect((await stored(key)).keyId).toBeUndefined();
    await a.forget('ada');
    const keys = ['profile:ada', 'profile:bob', 'rates', 'profile:eve', 'prices', 'profile:dan'];
    expect([...(await a.getMany(keys)).keys()]).toEqual(['profile:bob', 'rates', 'profile:eve', 'prices']);
  });

  it('is kept without encryption where there is no Redis, and forgotten all the same', async () => {
    const cache = createCache();
    await cache.set('k', 1, { subject: 'ada' });
    await cache.set('other', 2, { subject: 'bob' });
    expect(await cache.forget('ada')).toMatchObject({ memoryEntries: 1, redisKeys: 0, tags: [], shared: false });
    expect([cache.peek('k'), cache.peek('other')?.value]).toEqual([undefined, 2]);
    await cache.close();
  });

  it.each([[''], [5], ['x'.repeat(1025)]])('is refused where the subject is %j', async (subject) => {
    const refusal = expect.objectContaining({ code: 'ERR_CACHE_SUBJECT' });
    await expect(a.set('k', 1, { subject: subject as string })).rejects.toEqual(refusal);
    await expect(a.forget(subject as string)).rejects.toEqual(refusal);
  });

  it('is refused where there is Redis and no key to encrypt with', async () => {
    const keyless = await instances.open(instances.name);
    await expect(keyless.set('k', 1, { subject: 'ada' })).rejects.toThrow('absent without encryption.keys');
    expect(() => createCache({ redis, policies })).toThrow('policies.profile.subject must be absent');
  });
});

describe('forget', () => {
  it('takes a subject’s entries out of every tier and instance, and leaves those of others', async () => {
    await a.set('ada:1', 1, { subject: 'ada' });
    await a.set('ada:2', 2, { subject: 'ada' });
    await a.set('bob', 3, { subject: 'bob' });
    await hearAll(b, a);
    await b.getMany(['ada:1', 'ada:2', 'bob']);
    const heard = vi.fn();
    b.on('cache:invalidated', heard);
    expect(await a.forget('ada')).toMatchObject({ memoryEntries: 2, shared: true });
    expect(await subjectKeys()).toHaveLength(1);
    await eventually(() => b.peek('ada:1') === undefined);
    expect(heard.mock.calls).toEqual([[expect.objectContaining({ by: 'subject', memoryEntries: 2, remote: true })]]);
    for (const cache of [a, b]) {
      expect(await cache.getMany(['ada:1', 'ada:2', 'bob'])).toEqual(new Map([['bob', 3]]));
      expect(cache.stats().invalidations.subject).toBe(cache === a ? 1 : 0);
    }
  });

  it('makes copies of entries unreadable, also beside entries written later', async () => {
    await a.set('k', 'old', { subject: 'ada' });
    const copy = await redis.getBuffer(entry('k'));
    await a.forget('ada');
    await redis.set(entry('k'), copy ?? '', 'PX', 60_000);
    expect(await b.get('k')).toBeUndefined();
    await a.set('later', 'new', { subject: 'ada' });
    await hearAll(b, a);
    expect(await b.get('later')).toBe('new');
    expect(await b.get('k')).toBeUndefined();
    const fresh = await open();
    expect(await fresh.getMany(['k', 'later'])).toEqual(new Map([['later', 'new']]));
  });

  it('beats a write that is on its way with the old key', async () => {
    const gated = gateRedis(instances.client());
    const slow = await open({ redis: gated.client });
    await slow.set('first', 1, { subject: 'ada' });
    const release = gated.holdCommands('evalsha');
    const writing = slow.set('k', 'old', { subject: 'ada' });
    await b.forget('ada');
    await hearAll(slow, b);
    release();
    await writing;
    expect((await stored('k')).keyId).toBe('');
    for (const cache of [slow, a, b]) expect(await cache.get('k')).toBeUndefined();
    expect(await subjectKeys()).toEqual([]);
  });

  it('beats a load that began before it, here and elsewhere', async () => {
    for (const [loading, forgetting] of [
      [a, a],
      [a, b],
    ] as const) {
      const loader = createGatedLoader();
      const loaded = loading.getOrLoad('k', loader.load, {
        subject: 'ada',
      });
      await eventually(async () => (await subjectKeys()).length === 1);
      await loader.begun(1);
      await forgetting.forget('ada');
      loader.finish('old');
      expect(await loaded).toBe('old');
      await hearAll(a, b);
      for (const cache of [a, b]) expect(await cache.get('k')).toBeUndefined();
    }
  });

  it('while Redis is away says so, and comes before any later read', async () => {
    const gated = gateRedis(instances.client());
    const cut = await open({ redis: gated.client });
    await cut.set('k', 1, { subject: 'ada' });
    const back = gated.failCommands('evalsha');
    expect(await cut.forget('ada')).toMatchObject({ memoryEntries: 1, shared: false });
    expect(await subjectKeys()).toHaveLength(1);
    expect(await cut.get('k')).toBeUndefined();
    back();
    await eventually(async () => (await subjectKeys()).length === 0);
    expect(await b.get('k')).toBeUndefined();
  });
});

it('what is planted under a subject without being encrypted is a counted miss', async () => {
  await a.set('k', 'secret', { subject: 'ada' });
  const { stamps, ...frame } = await stored('k');
  await redis.set(
    entry('k'),
    encodeFrame({ ...frame, stamps, keyId: undefined, payload: Buffer.from('p1') }),
    'PX',
    60_000,
  );
  const heard = vi.fn();
  b.on('frame:unreadable', heard);
  expect(await b.get('k')).toBeUndefined();
  expect(heard.mock.calls).toEqual([[{ reason: 'plaintext' }]]);
});

describe('the key of a subject', () => {
  it('is wrapped by the new key of the ring at the next write, and stays the same', async () => {
    await a.set('k', 'by the old key', { subject: 'ada' });
    const [place = ''] = await subjectKeys();
    expect(await redis.get(place)).toMatch(/^k1\./);
    const ttlMs = await redis.pttl(place);
    const rotated = await open({ encryption: { keys: [NEW, OLD] } });
    expect(await rotated.get('k')).toBe('by the old key');
    await rotated.set('other', 2, { subject: 'ada' });
    expect(await redis.get(place)).toMatch(/^k2\./);
    expect(Math.abs((await redis.pttl(place)) - ttlMs)).toBeLessThan(60_000);
    const alone = await open({ encryption: { keys: [NEW] } });
    expect(await alone.getMany(['k', 'other'])).toEqual(
      new Map<string, unknown>([
        ['k', 'by the old key'],
        ['other', 2],
      ]),
    );
  });

  it('that the ring cannot unwrap makes entries counted misses, and nothing goes to Redis in its place', async () => {
    await a.set('k', 'secret', { subject: 'ada' });
    const foreign = await open({ encryption: { keys: [NEW] } });
    const heard = vi.fn();
    foreign.on('frame:unreadable', heard);
    expect(await foreign.get('k')).toBeUndefined();
    expect(heard.mock.calls).toEqual([[{ reason: 'key' }]]);
    expect(foreign.stats().redis.unreadableFrames).toBe(1);
    await foreign.set('other', 'secret', { subject: 'ada' });
    expect(await redis.exists(entry('other'))).toBe(0);
    expect(foreign.peek('other')?.value).toBe('secret');
    expect((await foreign.forget('ada')).shared).toBe(true);
    expect(await subjectKeys()).toEqual([]);
  });
});
