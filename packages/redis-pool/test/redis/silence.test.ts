import { eventually, type FaultProxy, type RedisServer, startFaultProxy, startRedis } from '@breakwater/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRedisPool, type RedisPool } from '../../src/index.ts';
import { logEvents } from './event-log.ts';

describe('a connection on which nothing comes', () => {
  let server: RedisServer;
  let proxy: FaultProxy;
  let pool: RedisPool;
  beforeAll(async () => {
    server = await startRedis();
    proxy = await startFaultProxy(server.port);
  });
  afterAll(async () => {
    await proxy.close();
    await server.stop();
  });
  beforeEach(async () => {
    pool = createRedisPool({
      url: proxy.url,
      deadlineMs: 1000,
      connectTimeout: 1000,
      heartbeat: 100,
      lanes: 3,
      inspectEvery: 'never',
    });
    await eventually(() => pool.stats().lanes.ready === 3);
  });
  afterEach(async () => {
    proxy.heal();
    await pool.close();
  });

  it('is found by its heartbeat without any command, and replaced', async () => {
    const log = logEvents(pool);
    proxy.inject({ kind: 'black-hole' });
    await eventually(() => pool.health === 'down');
    expect(log.names('lane:lost')).toHaveLength(3);
    expect(log.last('lane:lost')?.reason).toMatch(/silent for 1000 ms/);
    proxy.heal();
    await eventually(() => pool.stats().lanes.ready === 3);
    expect(pool.stats()).toMatchObject({ health: 'up', commands: 0 });
  });

  it('is left alone while it answers', async () => {
    const { connections } = pool.stats();
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(pool.stats()).toMatchObject({ connections, lanes: { ready: 3 } });
  });

  it('is found with a subscriber too, who hears again what is published', async () => {
    const subscriber = pool.duplicate();
    const heard: string[] = [];
    subscriber.on('message', (_channel, message) => heard.push(message));
    await subscriber.subscribe('channel');
    // The proxy swallows what was sent meanwhile; only new connections are whole again.
    proxy.inject({ kind: 'black-hole' });
    await eventually(() => subscriber.status !== 'ready');
    proxy.heal();
    await eventually(async () => {
      await pool.publish('channel', 'hello');
      return heard.includes('hello');
    });
  });
});
