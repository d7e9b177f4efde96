import { createManualClock, type RedisServer, startRedis } from '@breakwater/testkit';
import type { SessionData } from 'express-session';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSessionStore, type SessionStoreOptions } from '../../src/index.ts';
import { createSessionSealer } from '../../src/session-sealer.ts';
import { describeStore, HOUR_MS, MINUTE_MS, promised, session } from '../store-contract.ts';

const SECRET = 'a-secret-of-this-test-a-secret-of-this-test';
const OTHER_SECRET = 'another-secret-another-secret-another-secret';

let server: RedisServer;
let redis: Redis;

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
});

beforeEach(async () => {
  await redis.flushall();
});

afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

async function createStore(options: SessionStoreOptions = {}) {
  const clock = createManualClock();
  return { store: createSessionStore({ redis, secret: SECRET, deadlineMs: '10s', clock, ...options }), clock };
}

/** The one key of a kind. */
async function onlyKey(kind: 'session' | 'destroyed-session'): Promise<string> {
  const keys = await redis.keys(`bw:1:app:${kind}:*`);
  expect(keys).toHaveLength(1);
  return keys[0] as string;
}

describeStore('the Redis tier', createStore);

describe('the Redis tier', () => {
  it('destroys a session in a Redis that is full, and keeps it from coming back', async () => {
    const { store } = await createStore();
    const sessions = promised(store);
    await sessions.set('a', session());
    await redis.config('SET', 'maxmemory', '1');
    await sessions.destroy('a').finally(() => redis.config('SET', 'maxmemory', '0'));
    expect(await sessions.get('a')).toBeNull();
    await sessions.set('a', session());
    expect(await sessions.get('a')).toBeNull();
  });

  it('refuses no save over a client that returns numbers as texts', async () => {
    const texts = new Redis(server.url, { stringNumbers: true });
    const { store } = await createStore({ redis: texts });
    const refused = vi.fn();
    store.events.on('save:refused', refused);
    await promised(store).set('a', session());
    expect(refused).not.toHaveBeenCalled();
    texts.disconnect();
  });

  it('shows nothing of a session in Redis: no id, no field name, no value', async () => {
    const { store } = await createStore();
    await promised(store).set('the-session-id', session({ userId: 'ada-lovelace', roles: ['admin'] }));
    await promised(store).destroy('the-other-id');

    const keys = await redis.keys('*');
    const stored = await Promise.all(keys.map((key) => redis.getBuffer(key)));
    const everything = Buffer.concat([Buffer.from(keys.join()), ...stored.map((value) => value ?? Buffer.alloc(0))]);

    expect(keys).toHaveLength(2);
    for (const word of ['the-session-id', 'the-other-id', 'userId', 'ada', 'roles', 'admin', 'cookie', 'bornAt']) {
      expect(everything.includes(word)).toBe(false);
      expect(everything.includes(Buffer.from(word).toString('base64url'))).toBe(false);
    }
  });

  it('lets a session live for the idle time, and renews that by touching it', async () => {
    const { store } = await createStore({ idle: '30m' });
    const sessions = promised(store);
    await sessions.set('a', session());
    const key = await onlyKey('session');
    expect(await redis.pttl(key)).toBeGreaterThan(29 * MINUTE_MS);
    expect(await redis.pttl(key)).toBeLessThanOrEqual(30 * MINUTE_MS);

    await redis.pexpire(key, MINUTE_MS);
    const found = (await sessions.get('a')) as SessionData;
    expect(await redis.pttl(key)).toBeLessThanOrEqual(MINUTE_MS);
    await sessions.touch('a', found);

    expect(await redis.pttl(key)).toBeGreaterThan(29 * MINUTE_MS);
  });

  it('never lets a session live longer in Redis than its absolute lifetime', async () => {
    const { store, clock } = await createStore({ idle: '30m', absolute: '1h' });
    const sessions = promised(store);
    await sessions.set('a', session());
    const key = await onlyKey('session');

    clock.advance(50 * MINUTE_MS);
    const found = (await sessions.get('a')) as SessionData;
    await sessions.touch('a', found);
    expect(await redis.pttl(key)).toBeLessThanOrEqual(10 * MINUTE_MS);
    await sessions.set('a', found);
    expect(await redis.pttl(key)).toBeLessThanOrEqual(10 * MINUTE_MS);
    expect(await redis.pttl(key)).toBeGreaterThan(9 * MINUTE_MS);

    clock.advance(10 * MINUTE_MS);
    await sessions.touch('a', found);
    expect(await redis.exists(key)).toBe(0);
  });

  it('destroys a session that is too old for this process, however long Redis would keep it', async () => {
    const { store, clock } = await createStore({ absolute: '24h' });
    const shortened = createSessionStore({ redis, secret: SECRET, deadlineMs: '10s', clock, absolute: '1h' });
    await promised(store).set('a', session());
    clock.advance(HOUR_MS);

    expect(await promised(shortened).get('a')).toBeNull();
    expect(await promised(store).get('a')).toBeNull();
    expect(shortened.stats()).toMatchObject({ found: 0, destroyed: 1 });
  });

  it('keeps tombstones for an hour', async () => {
    const { store } = await createStore();
    await promised(store).destroy('a');

    const leftMs = await redis.pttl(await onlyKey('destroyed-session'));
    expect(leftMs).toBeGreaterThan(59 * MINUTE_MS);
    expect(leftMs).toBeLessThanOrEqual(HOUR_MS);
  });

  it('leaves no key without a time to live', async () => {
    const { store } = await createStore();
    const sessions = promised(store);
    for (const id of ['a', 'b', 'c']) await sessions.set(id, session());
    await sessions.touch('a', (await sessions.get('a')) as SessionData);
    await sessions.destroy('b');
    await sessions.destroy('never-there');
    await sessions.set('b', session());

    const keys = await redis.keys('*');
    expect(keys).toHaveLength(4);
    for (const key of keys) expect(await redis.pttl(key)).toBeGreaterThan(0);
  });

  it('reads a session in another process that has the secret', async () => {
    await promised((await createStore()).store).set('a', session({ userId: 'ada' }));

    expect(await promised((await createStore()).store).get('a')).toMatchObject({ userId: 'ada' });
  });

  it('keeps namespaces apart, also when one is cleared', async () => {
    const ours = promised((await createStore()).store);
    const theirs = promised((await createStore({ namespace: 'app*' })).store);
    await ours.set('a', session({ userId: 'ours' }));
    await theirs.set('a', session({ userId: 'theirs' }));

    await theirs.clear();

    expect(await ours.get('a')).toMatchObject({ userId: 'ours' });
    expect(await ours.length()).toBe(1);
  });

  it('saves and destroys after Redis has forgotten its scripts', async () => {
    const sessions = promised((await createStore()).store);
    await sessions.set('a', session());
    await redis.script('FLUSH');

    await sessions.set('a', session({ userId: 'ada' }));
    expect(await sessions.get('a')).toMatchObject({ userId: 'ada' });
    await redis.script('FLUSH');
    await sessions.destroy('a');

    expect(await sessions.get('a')).toBeNull();
  });

  it('clears and counts more sessions than one page of a scan holds, without KEYS', async () => {
    const sessions = promised((await createStore()).store);
    await Promise.all(Array.from({ length: 250 }, (_none, id) => sessions.set(String(id), session())));
    await redis.config('RESETSTAT');

    expect(await sessions.length()).toBe(250);
    await sessions.clear();

    expect(await sessions.length()).toBe(0);
    expect(await redis.info('commandstats')).not.toContain('cmdstat_keys');
  });
});

describe('a record that cannot be read', () => {
  async function storeWithEvents(options?: SessionStoreOptions) {
    const { store } = await createStore(options);
    const reasons: string[] = [];
    store.events.on('record:unreadable', ({ reason }) => reasons.push(reason));
    return { store, reasons };
  }

  it('is no session when it was sealed with a secret this process does not have, and is left alone', async () => {
    await promised((await createStore()).store).set('a', session({ userId: 'ada' }));
    const { store, reasons } = await storeWithEvents({ secret: OTHER_SECRET });

    expect(await promised(store).get('a')).toBeNull();
    expect(reasons).toEqual(['unknown-secret']);
    expect(store.stats()).toMatchObject({ reads: 1, found: 0, unreadable: 1, redisErrors: 0 });
    expect(await promised((await createStore()).store).get('a')).toMatchObject({ userId: 'ada' });
  });

  it('is read once the secret is among several', async () => {
    await promised((await createStore()).store).set('a', session({ userId: 'ada' }));
    const rotated = promised((await createStore({ secret: [OTHER_SECRET, SECRET] })).store);

    await rotated.set('a', (await rotated.get('a')) as SessionData);

    const after = promised((await createStore({ secret: OTHER_SECRET })).store);
    expect(await after.get('a')).toMatchObject({ userId: 'ada' });
  });

  it('is no session when it was copied from another session', async () => {
    const { store, reasons } = await storeWithEvents();
    await promised(store).set('mine', session({ userId: 'mallory' }));
    const mine = await onlyKey('session');
    await promised(store).set('hers', session({ userId: 'ada' }));
    const hers = (await redis.keys('bw:1:app:session:*')).find((key) => key !== mine) as string;

    await redis.copy(hers, mine, 'REPLACE');

    expect(await promised(store).get('mine')).toBeNull();
    expect(reasons).toEqual(['altered']);
  });

  it.each([
    ['plain JSON', '{"cookie":{},"bornAt":1,"userId":"ada"}', 'unknown-format'],
    ['a few bytes', Buffer.of(1, 2, 3), 'unknown-format'],
    ['a foreign record', Buffer.alloc(100, 1), 'unknown-secret'],
  ])('is no session when it is %s', async (_what, foreign, reason) => {
    const { store, reasons } = await storeWithEvents();
    await promised(store).set('a', session());
    await redis.set(await onlyKey('session'), foreign, 'KEEPTTL');

    expect(await promised(store).get('a')).toBeNull();
    expect(reasons).toEqual([reason]);
  });
});

describe('a record that opens to something else than a session', () => {
  it.each([
    ['no JSON', 'text'],
    ['no object', '7'],
    ['null', 'null'],
    ['an object without a cookie', '{"bornAt":1}'],
    ['a session without its beginning', '{"cookie":{}}'],
  ])('is no session when it is %s', async (_what, text) => {
    const { store } = await createStore();
    await promised(store).set('a', session());
    const key = await onlyKey('session');
    await redis.set(key, createSessionSealer([SECRET]).seal(key, text), 'KEEPTTL');

    expect(await promised(store).get('a')).toBeNull();
    expect(store.stats().found).toBe(0);
  });
});

describe('a Redis error', () => {
  it('reaches the callback as a coded error with its cause, and is counted', async () => {
    const { store } = await createStore();
    const outages: unknown[] = [];
    store.events.on('outage:began', (event) => outages.push(event));
    store.events.on('outage:ended', (event) => outages.push(event));
    await promised(store).set('a', session());
    await redis.config('SET', 'maxmemory', '1');
    try {
      await expect(promised(store).set('a', session())).rejects.toMatchObject({
        name: 'SessionUnavailableError',
        code: 'ERR_SESSION_UNAVAILABLE',
        statusCode: 503,
        headers: { 'retry-after': '5' },
        cause: { message: expect.stringContaining('OOM') },
      });
      await expect(promised(store).set('a', session())).rejects.toThrow();
    } finally {
      await redis.config('SET', 'maxmemory', '0');
    }
    await promised(store).set('a', session());

    expect(store.stats().redisErrors).toBe(2);
    expect(outages).toEqual([{ reason: expect.stringContaining('OOM') }, { outageMs: expect.any(Number) }]);
  });
});
