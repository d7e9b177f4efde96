import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import {
  eventually,
  type RedisCluster,
  type RedisServer,
  type SentinelGroup,
  startRedis,
  startRedisCluster,
  startSentinelGroup,
} from '@breakwater/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRedisPool, type RedisPoolOptions } from '../../src/index.ts';
import { outcomesOf } from './outcomes.ts';

describe('closing the pool', () => {
  let server: RedisServer;
  let group: SentinelGroup;
  let cluster: RedisCluster;
  beforeAll(async () => {
    [server, group, cluster] = await Promise.all([
      startRedis(),
      startSentinelGroup(),
      startRedisCluster({ replicasPerMaster: 0 }),
    ]);
  }, 60_000);
  afterAll(() => Promise.all([server.stop(), group.stop(), cluster.stop()]));

  it('lets the commands under way end, and refuses new ones with a code', async () => {
    const pool = createRedisPool({ url: server.url, deadlineMs: '20s' });
    await pool.whenReady('20s');
    await pool.call('CLIENT', 'PAUSE', 200);
    const underWay = [pool.ping(), pool.set('key', 'value', 'PX', 1000)];
    const closing = pool.close();
    expect(pool.close()).toBe(closing);
    expect(await outcomesOf([pool.ping()])).toEqual(['ERR_REDIS_POOL_CLOSED']);
    expect(await outcomesOf(underWay)).toEqual(['ok', 'ok']);
    await closing;
    expect(pool.status).toBe('end');
    expect(pool.stats()).toMatchObject({ health: 'closed', inFlight: 0, lanes: { ready: 0 } });
  });

  it('refuses commands that still wait for the first connection', async () => {
    const pool = createRedisPool({ url: server.url });
    const waiting = outcomesOf([pool.ping(), pool.ping()]);
    await pool.close();
    expect(await waiting).toEqual(['ERR_REDIS_POOL_CLOSED', 'ERR_REDIS_POOL_CLOSED']);
  });

  it('keeps closed a connection whose handshake ends after it', async () => {
    // Of so many lanes some have sent the last question of their handshake, and are answered while the sockets close.
    const pool = createRedisPool({ url: server.url, lanes: 50, deadlineMs: '20s' });
    await pool.whenReady('20s');
    await pool.call('CLIENT', 'PAUSE', 200);
    const underWay = pool.ping();
    await pool.close();
    expect(await underWay).toBe('PONG');
    expect(pool.stats()).toMatchObject({ health: 'closed', lanes: { ready: 0 } });
  });

  it('does not wait longer than the deadline for a silent Redis', async () => {
    const pool = createRedisPool({ url: server.url, deadlineMs: 200 });
    await pool.whenReady('20s');
    server.freeze();
    const underWay = outcomesOf([pool.ping(), pool.ping()]);
    await pool.close();
    server.thaw();
    const [first, second] = await underWay;
    expect(first).toBe('ERR_REDIS_DEADLINE');
    // Which may be told that its socket is gone, a moment before its own deadline.
    expect(second).toMatch(/^ERR_REDIS_(DEADLINE|POOL_CONNECTION_LOST)$/);
  });

  it('does not wait for sentinels that accept its connections and say nothing', async () => {
    const sockets = new Set<Socket>();
    const mute = createServer((socket) => void sockets.add(socket.on('error', () => {}))).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const { port } = mute.address() as AddressInfo;
    const pool = createRedisPool({
      sentinel: { nodes: [{ host: '127.0.0.1', port }], name: group.name },
      // Waited for, it would outlast the test.
      connectTimeout: '1h',
    });
    await eventually(() => sockets.size === 4);
    await pool.close();
    expect(pool.stats()).toMatchObject({ health: 'closed', circuit: 'closed' });
    for (const socket of sockets) socket.destroy();
    mute.close();
    await once(mute, 'close');
  });

  it.each([
    'with Redis there',
    'with Redis absent',
    'with Redis silent',
    'with sentinels',
    'with no sentinel',
    'with a Cluster',
    'with no node',
  ])('lets the process end by itself: %s', async (scene) => {
    const nowhere = [{ host: '127.0.0.1', port: 1 }];
    const options: Record<string, RedisPoolOptions> = {
      'with Redis absent': { url: 'redis://127.0.0.1:1' },
      'with sentinels': { sentinel: { nodes: group.sentinels, name: group.name } },
      'with no sentinel': { sentinel: { nodes: nowhere, name: group.name } },
      'with a Cluster': { cluster: { nodes: cluster.startupNodes } },
      'with no node': { cluster: { nodes: nowhere } },
    };
    const child = spawn(
      process.execPath,
      [
        '--conditions=@breakwater/source',
        fileURLToPath(new URL('close.child.ts', import.meta.url)),
        JSON.stringify(options[scene] ?? { url: server.url }),
      ],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    const exited = once(child, 'exit');
    await once(child.stdout, 'data');
    if (scene.endsWith('silent')) server.freeze();
    child.stdin.end('close');
    expect(await exited).toEqual([0, null]);
    server.thaw();
  });
});
