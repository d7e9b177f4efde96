import { createManualClock, eventually, type RedisServer, startRedis } from '@breakwater/testkit';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RateLimiterOptions } from '../../src/options.ts';
import { createRateLimiter } from '../../src/rate-limiter.ts';
import { type TestRequest, viewOf } from '../request-view.ts';
import { callsOf, connect, passTime } from './window.ts';

const PLANS = { anonymous: '60/min', premium: '300/min' } as const;

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
  await redis.config('RESETSTAT');
});

function limiterOf(options: RateLimiterOptions<TestRequest> = {}) {
  return createRateLimiter<TestRequest>({
    redis,
    plans: PLANS,
    plan: (request) => request.plan ?? 'anonymous',
    deadlineMs: '10s',
    ...options,
  });
}

const scriptCalls = async () => (await callsOf(redis, 'evalsha')) + (await callsOf(redis, 'eval'));

describe('the rate limiter on Redis', () => {
  it('answers 10,000 denied requests without asking Redis again in that window', async () => {
    const limiter = limiterOf();
    for (let hit = 0; hit < 60; hit += 1) expect(await limiter.check(viewOf())).toMatchObject({ outcome: 'allowed' });
    const callsBefore = await scriptCalls();
    for (let hit = 0; hit < 10_000; hit += 1) {
      expect((await limiter.check(viewOf())).outcome).toBe('denied');
    }
    expect(await scriptCalls()).toBe(callsBefore);
    expect(limiter.stats()).toMatchObject({ plans: { anonymous: { allowed: 60, denied: 10_000 } }, tier: 'redis' });
  });

  it('asks Redis once where another process used the limit up', async () => {
    const one = limiterOf();
    const other = limiterOf();
    for (let hit = 0; hit < 60; hit += 1) await one.check(viewOf());
    const callsBefore = await scriptCalls();
    for (let hit = 0; hit < 1000; hit += 1) expect((await other.check(viewOf())).outcome).toBe('denied');
    expect(await scriptCalls()).toBe(callsBefore + 1);
  });

  it('asks again once the slot it was told of is free', async () => {
    const clock = createManualClock();
    const limiter = limiterOf({ clock });
    for (let hit = 0; hit < 60; hit += 1) await limiter.check(viewOf());
    const denied = await limiter.check(viewOf());
    expect(denied).toMatchObject({ outcome: 'denied', freesInMs: expect.any(Number) });
    await passTime(redis, 60_000);
    expect(await limiter.check(viewOf())).toMatchObject({ outcome: 'denied' });
    clock.advance(60_000);
    expect(await limiter.check(viewOf())).toMatchObject({ outcome: 'allowed', remaining: 59 });
  });

  it('lets a caller denied as anonymous pass as premium, and closes its anonymous gate alone', async () => {
    const limiter = limiterOf();
    for (let hit = 0; hit < 61; hit += 1) await limiter.check(viewOf());
    expect(await limiter.check(viewOf({ plan: 'premium' }))).toMatchObject({ outcome: 'allowed', remaining: 299 });
    expect(await limiter.check(viewOf())).toMatchObject({ outcome: 'denied' });
  });

  it('counts one caller in one window, however many processes and whichever clocks it meets', async () => {
    const processes = [0, 3_600_000, -3_600_000].map((skewMs) =>
      limiterOf({ clock: { now: () => Date.now() + skewMs } }),
    );
    const outcomes = await Promise.all(
      Array.from({ length: 90 }, async (_, request) => (await processes[request % 3]?.check(viewOf()))?.outcome),
    );
    expect(outcomes.filter((outcome) => outcome === 'allowed')).toHaveLength(60);
    expect(outcomes.filter((outcome) => outcome === 'denied')).toHaveLength(30);
  });

  it('names its keys by plan and digest, in one hash slot, and none lives forever', async () => {
    const limiter = limiterOf({ namespace: 'shop', key: (request) => request.key });
    for (const key of ['a:b}{c', 'secret-token', '*', 'x'.repeat(10_000)]) await limiter.check(viewOf({ key }));
    const [, keys] = await redis.scan('0', 'COUNT', 1000);
    expect(keys).toHaveLength(4);
    for (const key of keys) {
      expect(key).toMatch(/^bw:1:shop:window:\{anonymous:[\w-]{22}\}$/);
      expect(await redis.pttl(key)).toBeGreaterThan(0);
    }
  });

  it('counts in this process while Redis is away, says so, and goes back by itself', async () => {
    const limiter = limiterOf({ plans: { anonymous: '3/min' } });
    const events: [string, object][] = [];
    limiter.on('outage:began', (event) => events.push(['began', event]));
    limiter.on('outage:ended', (event) => events.push(['ended', event]));
    await limiter.check(viewOf());
    await server.kill();
    const outcomes = [];
    for (let hit = 0; hit < 5; hit += 1) outcomes.push((await limiter.check(viewOf())).outcome);
    expect(outcomes).toEqual(['allowed', 'allowed', 'allowed', 'denied', 'denied']);
    expect(limiter.stats()).toMatchObject({ tier: 'local', redisErrors: 5, memoryKeys: 1 });

    await server.restart();
    await eventually(async () => {
      expect(await limiter.check(viewOf({}, { address: '203.0.113.9' }))).toMatchObject({ outcome: 'allowed' });
      return limiter.stats().tier === 'redis';
    });
    expect(events).toEqual([
      ['began', { reason: expect.any(String) }],
      ['ended', { outageMs: expect.any(Number) }],
    ]);
  });

  it('answers from the local window within the deadline where Redis is silent', async () => {
    const limiter = limiterOf({ plans: { anonymous: '2/min' }, deadlineMs: 50 });
    server.freeze();
    try {
      expect(await limiter.check(viewOf())).toMatchObject({ outcome: 'allowed', remaining: 1 });
      expect(limiter.stats()).toMatchObject({ tier: 'local', redisErrors: 1 });
    } finally {
      server.thaw();
    }
    await eventually(() => redis.ping());
  });

  it('takes any error of Redis for an outage, and tells what it said', async () => {
    const limiter = limiterOf();
    const reasons: string[] = [];
    limiter.on('outage:began', ({ reason }) => reasons.push(reason));
    await limiter.check(viewOf());
    const [, [key = '']] = await redis.scan('0', 'COUNT', 10);
    await redis.set(key, 'not a list', 'PX', 60_000);
    expect(await limiter.check(viewOf())).toMatchObject({ outcome: 'allowed', remaining: 59 });
    expect(reasons).toEqual([expect.stringMatching(/^WRONGTYPE /)]);
  });
});
