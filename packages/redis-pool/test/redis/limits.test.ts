import { type FaultProxy, type RedisServer, startFaultProxy, startRedis } from '@breakwater/testkit';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createRedisPool, type LimitOptions, type RedisPool } from '../../src/index.ts';
import { outcomesOf } from './outcomes.ts';

describe('the limits of the pool', () => {
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
  afterEach(async () => {
    proxy.heal();
    await pool.close();
  });

  /** Where every answer takes a while. */
  async function openSlowly(limits: LimitOptions, lanes = 1): Promise<void> {
    pool = createRedisPool({ url: proxy.url, lanes, limits, deadlineMs: '20s', inspectEvery: 'never' });
    await pool.whenReady('20s');
    proxy.inject({ kind: 'latency', ms: 50 });
  }

  it('let commands wait while all lanes are full, and send them in their order', async () => {
    await openSlowly({ inFlight: 2 });
    const order: number[] = [];
    const work = Array.from({ length: 7 }, async (_, n) => {
      await pool.ping();
      order.push(n);
    });
    expect(pool.stats()).toMatchObject({ inFlight: 7, waiting: 5 });
    await Promise.all(work);
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(pool.stats()).toMatchObject({ inFlight: 0, waiting: 0, overloads: 0 });
  });

  it('refuse at once what cannot even wait, and do not take that for an outage', async () => {
    await openSlowly({ inFlight: 2, waiting: 3 });
    const outcomes = await outcomesOf(Array.from({ length: 8 }, () => pool.ping()));
    expect(outcomes).toEqual([...Array(5).fill('ok'), ...Array(3).fill('ERR_REDIS_OVERLOADED')]);
    expect(pool.stats()).toMatchObject({ overloads: 3, outageFailures: 0, circuit: 'closed', health: 'up' });
  });

  it('end the waiting after its timeout, and send nothing of what has waited', async () => {
    await openSlowly({ inFlight: 1, waitTimeout: 20 });
    const outcomes = await outcomesOf([pool.ping(), pool.set('late', 'x', 'PX', 1000)]);
    expect(outcomes).toEqual(['ok', 'ERR_REDIS_OVERLOADED']);
    await expect(pool.get('late')).resolves.toBeNull();
  });

  it('hold for what the arguments measure, and for no longer than they are under way', async () => {
    await openSlowly({ bytes: '10kb' }, 4);
    const value = 'x'.repeat(4000);
    const store = (key: string) => pool.set(key, value, 'PX', 1000);
    const outcomes = await outcomesOf([store('a'), store('b'), store('c'), pool.get('a')]);
    expect(outcomes).toEqual(['ok', 'ok', 'ERR_REDIS_OVERLOADED', 'ok']);
    expect(await outcomesOf([store('a'), store('b')])).toEqual(['ok', 'ok']);
  });

  it('also hold before the first connection', async () => {
    server.freeze();
    pool = createRedisPool({ url: server.url, limits: { waiting: 3 }, deadlineMs: 200, inspectEvery: 'never' });
    const outcomes = await outcomesOf(Array.from({ length: 5 }, () => pool.ping()));
    server.thaw();
    expect(outcomes).toEqual([...Array(3).fill('ERR_REDIS_DEADLINE'), ...Array(2).fill('ERR_REDIS_OVERLOADED')]);
  });

  it('bring back all their room when commands fail', async () => {
    await openSlowly({ inFlight: 4, waiting: 4, bytes: '10kb' }, 2);
    const admin = new Redis(server.url);
    for (let round = 0; round < 3; round += 1) {
      const outcomes = outcomesOf(
        Array.from({ length: 12 }, (_, n) => pool.call('APPEND', `key:${n}`, 'x'.repeat(500))),
      );
      await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await outcomes;
      await pool.whenReady('20s');
    }
    proxy.heal();
    admin.disconnect();
    expect(pool.stats()).toMatchObject({ inFlight: 0, waiting: 0 });
    expect(await outcomesOf([pool.set('whole', 'x'.repeat(10_000), 'PX', 1000)])).toEqual(['ok']);
  });
});
