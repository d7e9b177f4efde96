import { eventually, type FaultProxy, type RedisServer, startFaultProxy, startRedis } from '@breakwater/testkit';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRedisPool, type RedisPool } from '../../src/index.ts';
import { ceilingOf, countedBy, startCounting } from './count-load.ts';
import { outcomesOf } from './outcomes.ts';

describe('the repetition of commands', () => {
  let server: RedisServer;
  let replica: RedisServer;
  let proxy: FaultProxy;
  let admin: Redis;
  let pool: RedisPool;
  beforeAll(async () => {
    server = await startRedis();
    replica = await startRedis({ replicaof: `127.0.0.1 ${server.port}` });
    proxy = await startFaultProxy(server.port);
    admin = new Redis(server.url);
  });
  afterAll(async () => {
    admin.disconnect();
    await proxy.close();
    await Promise.all([server.stop(), replica.stop()]);
  });
  beforeEach(async () => {
    pool = createRedisPool({ url: proxy.url, deadlineMs: '1s', inspectEvery: 'never' });
    await eventually(() => pool.stats().lanes.ready === 4);
  });
  afterEach(async () => {
    proxy.heal();
    await pool.close();
    await admin.flushall();
  });

  /** Runs a command that Redis hears and whose answer is lost, with the lane that it was on. */
  async function loseAnswerOf(name: string, command: () => Promise<unknown>): Promise<string[]> {
    proxy.inject({ kind: 'one-way', silent: 'replies' });
    const outcome = outcomesOf([command()]);
    const lane = await eventually(async () => {
      const clients = String(await admin.client('LIST')).split('\n');
      return /id=(\d+)/.exec(clients.find((client) => client.includes(` cmd=${name} `)) ?? '')?.[1] ?? false;
    });
    // Redis has written the answer before that to a later question, and the proxy has swallowed what lay in its sockets.
    await admin.ping();
    await new Promise(setImmediate);
    proxy.heal();
    await admin.call('CLIENT', 'KILL', 'ID', String(lane));
    return outcome;
  }

  it('spares a read the loss of its connection', async () => {
    await admin.set('key', 'value');
    expect(await loseAnswerOf('get', () => pool.get('key'))).toEqual(['ok']);
    expect(pool.stats()).toMatchObject({ retries: 1, outageFailures: 0 });
  });

  it('does not happen to what may not run twice', async () => {
    expect(await loseAnswerOf('incr', () => pool.call('INCR', 'counter'))).toEqual(['ERR_REDIS_POOL_CONNECTION_LOST']);
    expect(pool.stats()).toMatchObject({ retries: 0, outageFailures: 1 });
  });

  it('does not happen where it is switched off', async () => {
    await pool.close();
    pool = createRedisPool({ url: proxy.url, deadlineMs: '20s', retry: { attempts: 0 }, inspectEvery: 'never' });
    await eventually(() => pool.stats().lanes.ready === 4);
    expect(await loseAnswerOf('get', () => pool.get('key'))).toEqual(['ERR_REDIS_POOL_CONNECTION_LOST']);
  });

  it('counts for the circuit once, by its end: nothing when it was answered, and one when it was not', async () => {
    await pool.close();
    pool = createRedisPool({ url: proxy.url, deadlineMs: '20s', breaker: { failures: 2 }, inspectEvery: 'never' });
    const allReady = () => eventually(() => pool.stats().lanes.ready === 4);
    /** A read whose connection is reset when its answer comes, as are those of its repetitions. */
    const loseEveryAnswer = async () => {
      proxy.inject({ kind: 'reset-mid-reply', afterBytes: 1 });
      const outcome = await outcomesOf([pool.get('key')]);
      proxy.heal();
      await allReady();
      return outcome;
    };
    await allReady();
    // Each time another command: the lane that ran the repetition is still listed with the last one's name.
    expect(await loseAnswerOf('get', () => pool.get('key'))).toEqual(['ok']);
    expect(await loseAnswerOf('strlen', () => pool.call('STRLEN', 'key'))).toEqual(['ok']);
    expect(await loseAnswerOf('exists', () => pool.call('EXISTS', 'key'))).toEqual(['ok']);
    expect(pool.stats()).toMatchObject({ retries: 3, outageFailures: 0, circuitOpenings: 0 });
    await allReady();
    expect(await loseEveryAnswer()).toEqual(['ERR_REDIS_POOL_CONNECTION_LOST']);
    expect(pool.stats()).toMatchObject({ retries: 5, outageFailures: 1, circuitOpenings: 0 });
    expect(await loseEveryAnswer()).toEqual(['ERR_REDIS_POOL_CONNECTION_LOST']);
    expect(pool.stats()).toMatchObject({ retries: 7, outageFailures: 2, circuitOpenings: 1 });
  });

  it.each([
    ['drops', { kind: 'drop' }],
    ['resets in the middle of answers', { kind: 'reset-mid-reply', afterBytes: 9000 }],
    ['loses answers', { kind: 'one-way', silent: 'replies' }],
    ['is slow', { kind: 'latency', ms: 30, jitterMs: 60 }],
  ] as const)('lets nothing run twice that may not when the network %s', async (_, fault) => {
    const load = startCounting(pool);
    for (let round = 0; round < 4; round += 1) {
      const before = load.acknowledged;
      await eventually(() => load.acknowledged > before + 100);
      proxy.inject(fault);
      await new Promise((resolve) => setTimeout(resolve, 100));
      proxy.heal();
    }
    await load.stop();
    await pool.whenReady('20s');
    const counted = await countedBy(admin);
    expect(counted).toBeGreaterThanOrEqual(load.acknowledged);
    expect(counted).toBeLessThanOrEqual(ceilingOf(load));
  });

  it('follows a master that became a replica: the lanes connect anew, one by one, and reads go on', async () => {
    const { connections } = pool.stats();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await admin.replicaof('127.0.0.1', String(replica.port));
    const outcomes = await outcomesOf(Array.from({ length: 20 }, () => pool.call('INCR', 'counter')));
    expect(outcomes.every((outcome) => outcome.startsWith('READONLY'))).toBe(true);
    await expect(pool.get('key')).resolves.toBeNull();
    await eventually(() => pool.stats().connections > connections);
    expect(pool.stats()).toMatchObject({ circuit: 'closed', health: 'up', outageFailures: 0 });
    await admin.replicaof('NO', 'ONE');
    await eventually(async () => (await outcomesOf([pool.set('key', 'x', 'PX', 1000)]))[0] === 'ok');
  });
});
