import { eventually, type RedisServer, startRedis } from '@breakwater/testkit';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRedisPool, type RedisPool } from '../../src/index.ts';

describe('a duplicate for pub/sub', () => {
  let server: RedisServer;
  let pool: RedisPool;
  const unhandled: unknown[] = [];
  const note = (error: unknown) => unhandled.push(error);
  beforeAll(async () => {
    process.on('unhandledRejection', note);
    server = await startRedis();
  });
  afterAll(async () => {
    process.off('unhandledRejection', note);
    await server.stop();
  });
  beforeEach(() => {
    pool = createRedisPool({ url: server.url, lanes: 1, deadlineMs: '20s' });
  });
  afterEach(async () => {
    await pool.close();
    expect(unhandled).toEqual([]);
  });

  function listen() {
    const subscriber = pool.duplicate();
    const heard: string[] = [];
    subscriber.on('message', (_channel, message) => heard.push(message));
    return { subscriber, heard };
  }

  it('hears what is published, before and after a restart of Redis', async () => {
    const { subscriber, heard } = listen();
    await subscriber.subscribe('channel');
    await expect(pool.publish('channel', 'before')).resolves.toBe(1);
    await eventually(() => heard.includes('before'));

    await server.kill();
    await server.restart();
    await eventually(async () => (await pool.publish('channel', 'after')) === 1);
    await eventually(() => heard.includes('after'));
  });

  it('may subscribe while Redis is absent, and hears when it comes', async () => {
    await pool.close();
    await server.kill();
    pool = createRedisPool({ url: server.url, lanes: 1, deadlineMs: '20s' });
    const { subscriber, heard } = listen();
    const subscribed = subscriber.subscribe('channel');
    await eventually(() => pool.stats().connectionErrors >= 2);
    await server.restart();
    await subscribed;
    await pool.whenReady('20s');
    await pool.publish('channel', 'hello');
    await eventually(() => heard.includes('hello'));
  });

  it('leaves the commands of the pool alone', async () => {
    await listen().subscriber.subscribe('channel');
    await expect(pool.set('key', 'value', 'PX', 1000)).resolves.toBe('OK');
  });

  it('is counted with its connections, and may be closed by who asked for it', async () => {
    await pool.ping();
    const { subscriber } = listen();
    await subscriber.subscribe('channel');
    expect(pool.stats()).toMatchObject({ connections: 2, connectionErrors: 0 });
    subscriber.disconnect();
    await eventually(() => subscriber.status === 'end');
    expect(pool.stats().connectionErrors).toBe(0);
  });

  it('is closed with the pool, even in the middle of renewing its subscriptions', async () => {
    const { subscriber } = listen();
    await subscriber.subscribe('channel');
    const renewing = new Promise<void>((resolve) => {
      subscriber.on('ready', () => {
        (subscriber as Redis).stream.pause();
        resolve();
      });
    });
    await server.kill();
    await server.restart();
    await renewing;
    await pool.close();
    expect(subscriber.status).toBe('end');
    expect(() => pool.duplicate()).toThrow(expect.objectContaining({ code: 'ERR_REDIS_POOL_CLOSED' }));
  });
});
