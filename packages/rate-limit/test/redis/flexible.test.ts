import { type RedisServer, startRedis } from '@breakwater/testkit';
import type { Redis } from 'ioredis';
import { RateLimiterQueue, RateLimiterUnion } from 'rate-limiter-flexible';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SlidingWindowLimiter } from '../../src/flexible.ts';
import { connect } from './window.ts';

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

describe('the sliding window of rate-limiter-flexible on Redis', () => {
  const limiterOf = (points: number, duration: number, keyPrefix: string) =>
    new SlidingWindowLimiter({ redis, points, duration, keyPrefix, deadlineMs: '10s' });

  it('is shared by every limiter of its prefix, and by no other', async () => {
    await limiterOf(2, 60, 'login').consume('a', 2);
    await expect(limiterOf(2, 60, 'login').consume('a')).rejects.toMatchObject({ consumedPoints: 2 });
    expect(await limiterOf(2, 60, 'search').consume('a')).toMatchObject({ remainingPoints: 1 });
    expect(await limiterOf(2, 60, 'login').delete('a')).toBe(true);
    expect(await limiterOf(2, 60, 'login').get('a')).toBeNull();
  });

  it('fines a key beyond its limit', async () => {
    expect(await limiterOf(2, 60, 'fine').penalty('a', 4)).toMatchObject({ consumedPoints: 4, remainingPoints: 0 });
  });

  it('holds the queues of two processes to one limit', async () => {
    const startedAt = performance.now();
    const queues = [1, 2].map(() => new RateLimiterQueue(limiterOf(2, 0.2, 'queue')));
    await Promise.all([1, 2, 3].flatMap(() => queues.map((queue) => queue.removeTokens(1))));
    // Six in any 200 ms windows of two.
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(399);
  });

  it('stands in a union', async () => {
    const union = new RateLimiterUnion(limiterOf(1, 60, 'tight'), limiterOf(5, 60, 'wide'));
    expect(await union.consume('a')).toMatchObject({ tight: { remainingPoints: 0 }, wide: { remainingPoints: 4 } });
    await expect(union.consume('a')).rejects.toMatchObject({ tight: { remainingPoints: 0 } });
  });

  it('rejects with the error of Redis, so that an insurance limiter can take over', async () => {
    const limiter = limiterOf(2, 60, 'outage');
    await server.kill();
    await expect(limiter.consume('a')).rejects.toBeInstanceOf(Error);
    await server.restart();
  });
});
