import { eventually, type FaultProxy, type RedisServer, startFaultProxy, startRedis } from '@breakwater/testkit';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createRedisPool, type RedisPool } from '../../src/index.ts';
import { inSequence, outcomesOf } from './outcomes.ts';

describe('the lanes of the pool', () => {
  let server: RedisServer;
  let proxy: FaultProxy;
  let admin: Redis;
  let pool: RedisPool;
  beforeAll(async () => {
    server = await startRedis();
    proxy = await startFaultProxy(server.port);
    admin = new Redis(server.url);
  });
  afterAll(async () => {
    admin.disconnect();
    await proxy.close();
    await server.stop();
  });
  afterEach(async () => {
    proxy.heal();
    await pool.close();
  });

  it('connect with the first command, where that is asked for', async () => {
    pool = createRedisPool({ url: server.url, connect: 'on-demand', deadlineMs: '20s' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(pool.stats()).toMatchObject({ connections: 0, health: 'starting' });
    await expect(pool.ping()).resolves.toBe('PONG');
    expect(pool.health).toBe('up');
  });

  it('close without ever having connected', async () => {
    pool = createRedisPool({ url: server.url, connect: 'on-demand' });
    await pool.close();
    expect(await outcomesOf([pool.ping()])).toEqual(['ERR_REDIS_POOL_CLOSED']);
    expect(pool.stats().connections).toBe(0);
  });

  it('may be as many as 60', async () => {
    pool = createRedisPool({ url: server.url, lanes: 60, deadlineMs: '20s' });
    await eventually(() => pool.stats().lanes.ready === 60);
    expect(new Set(await outcomesOf(Array.from({ length: 2000 }, () => pool.ping())))).toEqual(new Set(['ok']));
  });

  it('let small commands pass a large value that is still on its way', async () => {
    await admin.set('large', 'x'.repeat(600_000));
    pool = createRedisPool({ url: proxy.url, lanes: 2, deadlineMs: '20s', inspectEvery: 'never' });
    await eventually(() => pool.stats().lanes.ready === 2);
    // The first answer tells that the value is large, and the second opens the lane for it.
    await inSequence(2, () => pool.get('large'));
    await eventually(() => pool.stats().connections === 3);
    proxy.inject({ kind: 'bandwidth', bytesPerSecond: 500_000 });
    let isThere = false;
    const large = Promise.all(Array.from({ length: 4 }, () => pool.get('large'))).then(() => {
      isThere = true;
    });
    expect(await inSequence(20, () => pool.get('small'))).toEqual(Array(20).fill('ok'));
    expect(isThere).toBe(false);
    await large;
  });

  it('give a large value away to its own lane when it is sent', async () => {
    pool = createRedisPool({ url: proxy.url, lanes: 1, deadlineMs: '20s', inspectEvery: 'never' });
    await pool.set('large', 'x'.repeat(100_000), 'PX', 60_000);
    await eventually(() => pool.stats().connections === 2);
    expect(pool.stats().lanes).toEqual({ total: 1, ready: 1 });
  });

  it('are copies of the connection of a client that stays its owner’s', async () => {
    const client = new Redis(server.url, { db: 3, lazyConnect: true });
    pool = createRedisPool({ client, deadlineMs: '20s' });
    await pool.set('in-its-db', 'value', 'PX', 60_000);
    await expect(admin.get('in-its-db')).resolves.toBeNull();
    await expect(pool.call('GET', 'in-its-db')).resolves.toBe('value');
    await pool.close();
    await expect(client.get('in-its-db')).resolves.toBe('value');
    client.disconnect();
  });
});

describe('a connection for blocking reads', () => {
  let server: RedisServer;
  let pool: RedisPool;
  beforeAll(async () => {
    server = await startRedis();
    pool = createRedisPool({ url: server.url, deadlineMs: '20s' });
  });
  afterAll(async () => {
    await pool.close();
    await server.stop();
  });

  it('waits past the deadline of the others, and gets what comes', async () => {
    const hasty = createRedisPool({ url: server.url, deadlineMs: 100 });
    const blocking = hasty.blocking('20s');
    const item = blocking.blpop('queue', 0);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await pool.call('RPUSH', 'queue', 'work');
    await expect(item).resolves.toEqual(['queue', 'work']);
    expect(hasty.stats()).toMatchObject({ blocking: 1, subscribers: 0 });
    blocking.disconnect();
    await eventually(() => hasty.stats().blocking === 0);
    await hasty.close();
  });

  it('waits no longer than it may, whatever it asked for', async () => {
    await expect(pool.blocking(100).blpop('queue', 0)).resolves.toBeNull();
  });

  it('fails when its connection is lost, and asks for nothing twice', async () => {
    const blocking = pool.blocking('10s');
    const item = outcomesOf([blocking.blpop('queue', 0)]);
    await eventually(async () => /blocked_clients:[1-9]/.test(await pool.info('clients')));
    await pool.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    expect(await item).not.toEqual(['ok']);
    await eventually(async () => (await outcomesOf([pool.call('RPUSH', 'queue', 'left')]))[0] === 'ok');
    await expect(pool.call('LLEN', 'queue')).resolves.toBe(1);
  });

  it('is closed with the pool', async () => {
    const other = createRedisPool({ url: server.url });
    const blocking = other.blocking('10s');
    const item = outcomesOf([blocking.blpop('nothing', 0)]);
    await eventually(() => blocking.status === 'ready');
    await other.close();
    expect(await item).toEqual(['Connection is closed.']);
    expect(() => other.blocking('1s')).toThrow(expect.objectContaining({ code: 'ERR_REDIS_POOL_CLOSED' }));
  });
});
