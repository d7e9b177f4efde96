import { getEventListeners } from 'node:events';
import { type FaultProxy, type RedisServer, startFaultProxy, startRedis } from '@breakwater/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRedisPool, type RedisPool } from '../../src/index.ts';
import { outcomesOf } from './outcomes.ts';

describe('commands with a signal', () => {
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
      lanes: 1,
      limits: { inFlight: 1 },
      deadlineMs: '20s',
      inspectEvery: 'never',
    });
    await pool.whenReady('20s');
  });
  afterEach(async () => {
    proxy.heal();
    await pool.close();
  });

  it('answer as any others while nobody aborts', async () => {
    const redis = pool.withSignal(new AbortController().signal);
    await expect(redis.set('key', 'value', 'PX', 1000)).resolves.toBe('OK');
    await expect(redis.get('key')).resolves.toBe('value');
    await expect(redis.call('STRLEN', 'key')).resolves.toBe(5);
  });

  it('fail at once with its reason when it aborts, and what was not sent is not sent', async () => {
    proxy.inject({ kind: 'latency', ms: 50 });
    const controller = new AbortController();
    const redis = pool.withSignal(controller.signal);
    const sent = redis.set('sent', 'x', 'PX', 1000);
    const waiting = redis.set('waiting', 'x', 'PX', 1000);
    const other = pool.get('sent');
    controller.abort(new Error('the request is gone'));
    // In the same tick, long before any answer.
    const outcomes = await Promise.race([outcomesOf([sent, waiting]), other]);
    expect(outcomes).toEqual(['the request is gone', 'the request is gone']);
    await expect(other).resolves.toBe('x');
    await expect(pool.get('waiting')).resolves.toBeNull();
    expect(pool.stats()).toMatchObject({ inFlight: 0, outageFailures: 0, circuit: 'closed' });
  });

  it('are refused once it has aborted', async () => {
    const redis = pool.withSignal(AbortSignal.abort(new Error('too late')));
    await expect(redis.get('key')).rejects.toThrow('too late');
    expect(pool.stats().commands).toBe(0);
  });

  it('leave no listener on a signal that outlives them', async () => {
    const { signal } = new AbortController();
    const redis = pool.withSignal(signal);
    for (let round = 0; round < 3; round += 1) {
      await Promise.all([redis.ping(), redis.ping(), redis.ping()]);
      await new Promise(setImmediate);
      expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    }
  });
});
