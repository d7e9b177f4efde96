import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import type { Duration } from '@breakwater/core';
import { eventually, type RedisServer, startRedis } from '@breakwater/testkit';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRedisPool, type RedisPool } from '../../src/index.ts';
import { type EventLog, logEvents } from './event-log.ts';
import { inSequence, outcomesOf } from './outcomes.ts';

/** What is dead says so at once; only what is silent is found by a deadline. */
const PATIENT = '20s';
const DEADLINE_MS = 500;

describe('an outage', () => {
  let server: RedisServer;
  let pool: RedisPool;
  let log: EventLog;
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
  function open(deadlineMs: Duration): void {
    pool = createRedisPool({ url: server.url, deadlineMs });
    log = logEvents(pool);
  }
  beforeEach(() => open(PATIENT));
  afterEach(async () => {
    await pool.close();
    expect(unhandled).toEqual([]);
  });

  /** Callers who never stop asking, as an application under load. */
  function startLoad(): { stop(): Promise<Record<string, number>> } {
    let isOver = false;
    const counts: Record<string, number> = {};
    const callers = Array.from({ length: 20 }, async () => {
      while (!isOver) {
        for (const outcome of await outcomesOf([pool.get('key')])) counts[outcome] = (counts[outcome] ?? 0) + 1;
        await new Promise(setImmediate);
      }
    });
    return {
      async stop() {
        isOver = true;
        await Promise.all(callers);
        return counts;
      },
    };
  }

  it('may be there at the start: commands fail at once, and the pool finds Redis when it comes', async () => {
    await pool.close();
    await server.kill();
    open(PATIENT);
    expect(await outcomesOf([pool.get('key'), pool.get('key')])).toEqual(Array(2).fill('ERR_REDIS_UNAVAILABLE'));
    expect(pool.stats()).toMatchObject({ health: 'down', deadlineFailures: 0, lanes: { total: 4, ready: 0 } });
    expect(log.last('outage:began')?.reason).toContain('ECONNREFUSED');
    await expect(pool.whenReady(50)).resolves.toBe(false);

    await server.restart();
    await expect(pool.whenReady('20s')).resolves.toBe(true);
    await expect(pool.ping()).resolves.toBe('PONG');
    expect(log.names('outage')).toEqual(['outage:began', 'outage:ended']);
    expect(log.names('lane')).toEqual([]);
  });

  it('with connections killed under load ends by itself when Redis is back', async () => {
    await pool.whenReady('20s');
    const load = startLoad();
    await eventually(() => pool.stats().commands > 1000);
    await server.kill();
    await eventually(() => pool.stats().circuit === 'open');
    await server.restart();
    await expect(pool.whenReady('20s')).resolves.toBe(true);
    await eventually(() => pool.stats().lanes.ready === 4);
    const outcomes = await load.stop();
    expect(Object.keys(outcomes).sort()).toEqual(['ERR_REDIS_POOL_CONNECTION_LOST', 'ERR_REDIS_UNAVAILABLE', 'ok']);

    expect(log.names('lane:lost')).toHaveLength(4);
    expect(log.names('lane:restored')).toHaveLength(4);
    expect(log.names('outage')).toEqual(['outage:began', 'outage:ended']);
    expect(log.last('circuit:closed')?.openMs).toBeGreaterThan(0);
    expect(log.last('outage:ended')?.outageMs).toBeGreaterThan(0);
    expect(pool.stats()).toMatchObject({ health: 'up', circuit: 'closed', inFlight: 0 });
  });

  it('with a silent Redis costs each caller no more than the deadline, and its sockets are replaced', async () => {
    await pool.close();
    open(DEADLINE_MS);
    await pool.whenReady('20s');
    await eventually(() => pool.stats().lanes.ready === 4);
    const { connections } = pool.stats();
    server.freeze();
    try {
      const outcomes = await outcomesOf(Array.from({ length: 40 }, () => pool.get('key')));
      // The last of them may be told that their socket is gone, a moment before their own deadline.
      expect(outcomes[0]).toBe('ERR_REDIS_DEADLINE');
      expect(outcomes).not.toContain('ok');
      expect(pool.stats()).toMatchObject({ health: 'down', circuit: 'open', inFlight: 0, outageFailures: 40 });
      expect(await outcomesOf([pool.get('key')])).toEqual(['ERR_REDIS_UNAVAILABLE']);
      await eventually(() => log.names('lane:lost').length === 4);
      await eventually(() => log.names().includes('circuit:half-opened'));
    } finally {
      server.thaw();
    }
    await expect(pool.whenReady('20s')).resolves.toBe(true);
    await eventually(() => pool.stats().lanes.ready === 4);
    expect(await inSequence(20, () => pool.get('key'))).toEqual(Array(20).fill('ok'));
    expect(pool.stats().connections).toBe(connections + 4);
  });

  it('may be a server that accepts connections and says nothing: callers are told why, and it is tried again', async () => {
    let accepted = 0;
    const mute = createServer((socket) => {
      accepted += 1;
      socket.on('error', () => socket.destroy()).resume();
    }).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const { port } = mute.address() as AddressInfo;
    const hanging = createRedisPool({ url: `redis://127.0.0.1:${port}`, lanes: 1, connectTimeout: 50 });
    await expect(hanging.get('key')).rejects.toThrow(
      /no connection: Redis accepted the connection but did not greet it/,
    );
    await eventually(() => accepted >= 3);
    await hanging.close();
    mute.close();
    await once(mute, 'close');
  });

  it('without any traffic is noticed when the sockets close, and its end as well', async () => {
    await pool.whenReady('20s');
    await server.kill();
    await eventually(() => pool.health === 'down');
    expect(pool.status).toBe('reconnecting');
    await server.restart();
    await eventually(() => pool.health === 'up');
    expect(pool.stats()).toMatchObject({ commands: 0, circuit: 'closed' });
  });

  it('is not one lost connection among others: commands take the other lanes, and the circuit stays closed', async () => {
    await eventually(() => pool.stats().lanes.ready === 4);
    const lane = /id=(\d+)/.exec(String(await pool.call('CLIENT', 'INFO')))?.[1] ?? '';
    const admin = new Redis(server.url);
    await admin.client('PAUSE', 60_000, 'WRITE');
    // Spread over the lanes, for commands that follow on each other at once stay together.
    const underWay: Promise<string[]>[] = [];
    while (underWay.length < 40) {
      underWay.push(outcomesOf([pool.call('INCR', 'counter')]));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await admin.client('KILL', 'ID', lane);
    await admin.client('UNPAUSE');
    admin.disconnect();
    const outcomes = (await Promise.all(underWay)).flat();
    expect(outcomes.filter((outcome) => outcome === 'ERR_REDIS_POOL_CONNECTION_LOST')).toHaveLength(10);
    expect(outcomes.filter((outcome) => outcome === 'ok')).toHaveLength(30);

    await eventually(() => log.names().includes('lane:restored'));
    expect(await inSequence(20, () => pool.get('key'))).toEqual(Array(20).fill('ok'));
    expect(log.names()).toEqual(['lane:lost', 'lane:restored']);
    expect(pool.stats().connectionErrors).toBe(1);
  });
});
