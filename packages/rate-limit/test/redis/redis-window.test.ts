import { type RedisServer, startRedis } from '@breakwater/testkit';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRedisWindow } from '../../src/redis-window.ts';
import { describeWindowContract } from '../window-contract.ts';
import { callsOf, connect, passTime } from './window.ts';

const KEY = 'bw:1:test:window:{alice}';
const HOUR = 3_600_000;

let server: RedisServer;
let redis: Redis;

beforeAll(async () => {
  server = await startRedis();
  redis = await connect(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});
beforeEach(async () => {
  await redis.flushall();
});

describeWindowContract('Redis', () => ({
  store: createRedisWindow(redis),
  passTime: (ms) => passTime(redis, ms),
}));

describe('the Redis window', () => {
  it('decides the same over a client that returns numbers as texts', async () => {
    const texts = new Redis(server.url, { stringNumbers: true });
    const store = createRedisWindow(texts);
    const rule = { limit: 1, windowMs: HOUR };
    expect(await store.take(KEY, rule, 1)).toEqual({ allowed: true, used: 1, freesInMs: HOUR });
    expect(await store.take(KEY, rule, 1)).toMatchObject({ allowed: false, used: 1 });
    texts.disconnect();
  });

  it('decides as a naive count of the whole history does', async () => {
    const store = createRedisWindow(redis);
    const steps = fc.array(
      fc.record({ afterMinutes: fc.nat({ max: 4 }), limit: fc.integer({ min: 1, max: 4 }), cost: fc.nat({ max: 2 }) }),
      { minLength: 1, maxLength: 15 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (requests) => {
        await redis.flushall();
        const history: number[] = [];
        let minute = 0;
        for (const { afterMinutes, limit, cost: asked } of requests) {
          const cost = Math.min(asked, limit);
          await passTime(redis, afterMinutes * 60_000);
          minute += afterMinutes;
          const inWindow = history.filter((at) => at > minute - 10).length;
          const { allowed, used } = await store.take(KEY, { limit, windowMs: 600_000 }, cost);
          expect({ allowed, used }).toEqual({
            allowed: inWindow + Math.max(cost, 1) <= limit,
            used: inWindow + (inWindow + Math.max(cost, 1) <= limit ? cost : 0),
          });
          if (allowed) history.push(...new Array<number>(cost).fill(minute));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('admits a denied client that waits for its Retry-After', async () => {
    const store = createRedisWindow(redis);
    const rule = { limit: 3, windowMs: 10_000 };
    for (const pauseMs of [1234, 2345, 0]) {
      await store.take(KEY, rule, 1);
      await passTime(redis, pauseMs);
    }
    for (let round = 0; round < 6; round += 1) {
      const { allowed, freesInMs } = await store.take(KEY, rule, 1);
      expect(allowed).toBe(false);
      await passTime(redis, Math.ceil(freesInMs / 1000) * 1000);
      expect(await store.take(KEY, rule, 1)).toMatchObject({ allowed: true });
      // The pause may have freed more than one slot.
      while ((await store.take(KEY, rule, 0)).allowed) await store.take(KEY, rule, 1);
    }
  });

  it('admits exactly the limit to 200 requests at once from 4 clients', async () => {
    const clients = [redis, await connect(server.url), await connect(server.url), await connect(server.url)];
    const stores = clients.map(createRedisWindow);
    const verdicts = await Promise.all(
      Array.from({ length: 200 }, (_, request) => stores[request % 4]?.take(KEY, { limit: 60, windowMs: HOUR }, 1)),
    );
    expect(verdicts.filter((verdict) => verdict?.allowed)).toHaveLength(60);
    expect(verdicts.filter((verdict) => verdict?.allowed === false)).toHaveLength(140);
    for (const client of clients.slice(1)) client.disconnect();
  });

  it('runs as one call, and counts once where the server has forgotten the script', async () => {
    const store = createRedisWindow(redis);
    const rule = { limit: 5, windowMs: HOUR };
    await store.take(KEY, rule, 1);
    await redis.script('FLUSH');
    await redis.config('RESETSTAT');
    expect(await store.take(KEY, rule, 1)).toMatchObject({ allowed: true, used: 2 });
    expect(await store.take(KEY, rule, 1)).toMatchObject({ allowed: true, used: 3 });
    expect(await redis.llen(KEY)).toBe(3);
    expect([await callsOf(redis, 'evalsha'), await callsOf(redis, 'eval')]).toEqual([2, 1]);
  });

  it('gives every key a time to live of its window', async () => {
    const store = createRedisWindow(redis);
    await store.take('bw:1:test:window:{a}', { limit: 5, windowMs: 60_000 }, 1);
    await store.take('bw:1:test:window:{b}', { limit: 5, windowMs: HOUR }, 5);
    await store.take('bw:1:test:window:{b}', { limit: 5, windowMs: HOUR }, 1);
    await store.take('bw:1:test:window:{c}', { limit: 5, windowMs: HOUR }, 0);
    const [, keys] = await redis.scan('0', 'COUNT', 100);
    expect(keys.toSorted()).toEqual(['bw:1:test:window:{a}', 'bw:1:test:window:{b}']);
    expect(await redis.pttl('bw:1:test:window:{a}')).toBeGreaterThan(0);
    expect(await redis.pttl('bw:1:test:window:{a}')).toBeLessThanOrEqual(60_001);
    expect(await redis.pttl('bw:1:test:window:{b}')).toBeGreaterThan(60_001);
  });

  it('holds no more than the hits of one window', async () => {
    const store = createRedisWindow(redis);
    const rule = { limit: 4, windowMs: HOUR };
    for (let hit = 0; hit < 12; hit += 1) {
      await store.take(KEY, rule, 1);
      await passTime(redis, HOUR / 4);
    }
    expect(await redis.llen(KEY)).toBeLessThanOrEqual(4);
  });

  describe('and time', () => {
    afterEach(() => {
      vi.useRealTimers();
    });

    it('goes by the clock of Redis: a client that is an hour off changes nothing', async () => {
      const store = createRedisWindow(redis);
      const rule = { limit: 2, windowMs: 60_000 };
      await store.take(KEY, rule, 1);
      vi.useFakeTimers({ toFake: ['Date', 'performance'], now: Date.now() + HOUR });
      expect(await store.take(KEY, rule, 1)).toMatchObject({ allowed: true, used: 2 });
      vi.setSystemTime(Date.now() - 2 * HOUR);
      const verdict = await store.take(KEY, rule, 1);
      expect(verdict).toMatchObject({ allowed: false, used: 2 });
      expect(verdict.freesInMs).toBeLessThanOrEqual(60_000);
    });

    it('neither gives hits away nor holds anybody beyond a window where the clock of Redis steps back', async () => {
      const store = createRedisWindow(redis);
      const rule = { limit: 2, windowMs: 60_000 };
      await store.take(KEY, rule, 1);
      await passTime(redis, 20_000);
      await store.take(KEY, rule, 1);
      // Hits an hour in the future are what a clock leaves behind that then steps back by an hour.
      await passTime(redis, -HOUR);
      const verdict = await store.take(KEY, rule, 1);
      expect(verdict).toMatchObject({ allowed: false, used: 2 });
      expect(verdict.freesInMs).toBeLessThanOrEqual(40_000);
      expect(await redis.pttl(KEY)).toBeLessThanOrEqual(60_001);
      await passTime(redis, verdict.freesInMs);
      expect(await store.take(KEY, rule, 1)).toMatchObject({ allowed: true, used: 2 });
    });
  });
});
