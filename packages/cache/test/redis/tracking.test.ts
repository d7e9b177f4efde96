import type { RedisPort } from '@breakwater/core/redis';
import { createRedisPool } from '@breakwater/redis-pool';
import { eventually } from '@breakwater/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Cache } from '../../src/index.ts';
import { PATIENT } from '../instances.ts';
import { useRedis } from '../use-redis.ts';

const instances = useRedis();
const owned: { close(): Promise<void> }[] = [];
/** Whoever else has a connection: redis-cli, another program. */
let stranger: Redis;

beforeAll(() => {
  stranger = instances.client();
});
afterAll(async () => {
  await instances.close();
  await Promise.all(owned.map((client) => client.close()));
});

function openPool(): RedisPort {
  const pool = createRedisPool({ url: instances.server.url, deadlineMs: PATIENT });
  owned.push(pool);
  return pool;
}

function openLazy(): RedisPort {
  const redis = new Redis(instances.server.url, { lazyConnect: true });
  owned.push({ close: async () => redis.disconnect() });
  return redis;
}

function poolOverClient(): RedisPort {
  const pool = createRedisPool({ client: instances.client(), deadlineMs: PATIENT });
  owned.push(pool);
  return pool;
}

const entry = (key: string, kind = 'entry') => `bw:1:${instances.name}:${kind}:{${key}}`;

/** Redis tells of changes in their order: what it said of those before has been heard. */
async function hearAllChanges(cache: Cache): Promise<void> {
  await cache.set('last', 1);
  await stranger.del(entry('last'));
  await eventually(() => cache.peek('last') === undefined);
}

describe.each<[string, () => RedisPort]>([
  ['a plain ioredis client', () => instances.client()],
  ['a lazy one', openLazy],
  ['our pool', openPool],
  ['our pool over a client', poolOverClient],
])('a cache that tracks keys, on %s', (_name, connect) => {
  let cache: Cache;
  let heard = vi.fn();
  beforeEach(async () => {
    const listener = vi.fn();
    heard = listener;
    cache = await instances.open(instances.name, { redis: connect(), coherence: 'tracking' });
    for (const event of ['bus:flushed', 'bus:refused'] as const) cache.on(event, (payload) => listener(event, payload));
    await cache.set('k', 1, { tags: ['x'] });
    await cache.set('a, b', 2);
    await cache.set('kept', 3);
  });

  it.each<[string, (key: string) => Promise<unknown>]>([
    ['written', (key) => stranger.set(key, 'anything', 'PX', 60_000)],
    ['deleted', (key) => stranger.del(key)],
    ['unlinked', (key) => stranger.unlink(key)],
    ['expired', (key) => stranger.pexpire(key, 1)],
    ['renamed', (key) => stranger.rename(key, `${key}-gone`)],
  ])('drops what somebody else has %s, and nothing else', async (_how, change) => {
    for (const key of ['k', 'a, b']) {
      await change(entry(key).replace('a, b', 'a,%20b'));
      await eventually(() => cache.peek(key) === undefined);
    }
    expect(cache.peek('kept')?.value).toBe(3);
    expect(heard).not.toHaveBeenCalled();
  });

  it('drops a space’s entries, too', async () => {
    const codec = { name: 'raw', encode: (value: Buffer) => value, decode: (value: Buffer) => value };
    const space = cache.space<Buffer>('http', { codec });
    await space.set('k', Buffer.from('body'));
    await stranger.del(entry('k', 'entry.http'));
    await eventually(() => space.peek('k') === undefined);
    expect(cache.peek('k')?.value).toBe(1);
  });

  it('keeps in memory what it writes itself', async () => {
    await cache.set('set', 1);
    await cache.setMany([
      ['many:1', 1],
      ['many:2', 2],
    ]);
    await cache.getOrLoad('loaded', () => 3);
    await (await cache.reserve('reserved')).commit(4);
    await hearAllChanges(cache);
    for (const key of ['set', 'many:1', 'many:2', 'loaded', 'reserved', 'k', 'kept']) {
      expect(cache.peek(key), key).toBeDefined();
    }
  });

  it.each([{ key: 'soft' }, { tag: 'y' }, { pattern: 'so*' }, { all: true }] as const)(
    'serves what it has expired itself by %j stale, once more loaded and then kept, though Redis tells of its own changes',
    async (target) => {
      const options = { ttl: '1h', staleWhileRevalidate: '1h', tags: ['y'] } as const;
      const load = vi.fn(() => 'new');
      await cache.set('soft', 'old', options);
      await cache.expire(target);
      expect(await cache.lookupOrLoad('soft', load, options)).toEqual({ value: 'old', source: 'stale' });
      await eventually(async () => (await cache.get('soft')) === 'new');
      await cache.drain();
      await hearAllChanges(cache);
      expect(cache.peek('soft')?.value).toBe('new');
      expect(await cache.getOrLoad('soft', load, options)).toBe('new');
      expect(load).toHaveBeenCalledTimes(1);
    },
  );

  it('drops everything when somebody empties Redis', async () => {
    await stranger.flushall();
    await eventually(() => heard.mock.calls.length === 1);
    expect(heard.mock.calls).toEqual([['bus:flushed', { reason: 'emptied' }]]);
    expect(cache.stats().memory.entries).toBe(0);
    expect(await cache.get('k')).toBeUndefined();
  });

  it('drops everything after a lost connection, for what others changed meanwhile is recorded nowhere, and tracks on', async () => {
    await stranger.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await eventually(() => cache.stats().bus.connected && cache.stats().bus.flushes === 1);
    expect(cache.stats().memory.entries).toBe(0);
    expect(await cache.get('k')).toBe(1);
    await stranger.del(entry('k'));
    await eventually(() => cache.peek('k') === undefined);
  });
});

describe('instances that track keys', () => {
  it('hear each other as ever', async () => {
    const [one, two] = await Promise.all([
      instances.open(instances.name, { coherence: 'tracking' }),
      instances.open(instances.name, { coherence: 'tracking' }),
    ]);
    await one.set('k', 1, { tags: ['x'] });
    await eventually(() => two.stats().bus.received === 1);
    expect(await two.get('k')).toBe(1);
    await one.invalidate({ tag: 'x' });
    expect(await one.ack({ within: '10s' })).toMatchObject({ missing: [] });
    expect(two.peek('k')).toBeUndefined();
  });

  it('stay blind, and say why, where Redis refuses it', async () => {
    await stranger.call('ACL', 'SETUSER', 'limited', 'on', '>pw', '~*', '&*', '+@all', '-client|tracking');
    const redis = new Redis(instances.server.url, { username: 'limited', password: 'pw' });
    const cache = instances.openUnheard(instances.name, { redis, coherence: 'tracking' });
    const refused = vi.fn();
    cache.on('bus:refused', refused);
    await eventually(() => refused.mock.calls.length > 0);
    expect(refused.mock.calls[0]).toMatchObject([{ error: { message: expect.stringContaining('NOPERM') } }]);
    expect(cache.stats().bus.connected).toBe(false);
    await cache.close();
    redis.disconnect();
  });
});
