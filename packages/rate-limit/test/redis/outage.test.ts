import { eventually, frameworks, type RedisServer, type RunningServer, startRedis } from '@breakwater/testkit';
import type { Redis } from 'ioredis';
import supertest from 'supertest';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { rateLimit as rateLimitExpress } from '../../src/express.ts';
import { rateLimit as rateLimitFastify } from '../../src/fastify.ts';
import { createRateLimiter, type OutagePolicy, type RateLimiter } from '../../src/index.ts';
import { connect } from './window.ts';

let redisServer: RedisServer;
let redis: Redis;
let app: RunningServer | undefined;

beforeAll(async () => {
  redisServer = await startRedis();
});
beforeEach(async () => {
  redis = await connect(redisServer.url);
});
afterEach(async () => {
  redis.disconnect();
  await app?.close();
});
afterAll(async () => {
  await redisServer.stop();
});

describe.each(frameworks)('an outage of Redis on $name', (framework) => {
  let limiter: RateLimiter;

  async function start(onOutage: OutagePolicy): Promise<void> {
    await redis.flushall();
    limiter = createRateLimiter({ redis, plans: { anonymous: '5/min' }, onOutage, deadlineMs: '2s' });
    app = await framework.serve({
      express(server) {
        server.use(rateLimitExpress(limiter));
        server.get('/', (_request, response) => void response.send('served'));
      },
      async fastify(server) {
        await server.register(rateLimitFastify(limiter));
        server.get('/', () => 'served');
      },
    });
  }

  const get = () => supertest(app?.url ?? '').get('/');

  async function statusesOf(requests: number): Promise<number[]> {
    const statuses = [];
    for (let request = 0; request < requests; request += 1) statuses.push((await get()).status);
    return statuses;
  }

  it('under local never shows as a 5xx: this process counts, and Redis does again once it is back', async () => {
    await start('local');
    expect(await statusesOf(2)).toEqual([200, 200]);
    await redisServer.kill();
    expect(await statusesOf(7)).toEqual([200, 200, 200, 200, 200, 429, 429]);
    expect(limiter.stats().tier).toBe('local');

    await redisServer.restart();
    await eventually(async () => {
      expect((await get()).status).toBeLessThan(500);
      return limiter.stats().tier === 'redis';
    });
    const served = await statusesOf(7);
    expect(served.filter((status) => status === 429).length).toBeGreaterThanOrEqual(2);
    expect(limiter.stats().tier).toBe('redis');
  });

  it('ends without traffic, for an instance may get none while it says that Redis is away', async () => {
    await start('local');
    await redisServer.kill();
    await statusesOf(1);
    expect(limiter.stats().tier).toBe('local');
    await redisServer.restart();
    await eventually(() => limiter.stats().tier === 'redis');
  });

  it('under load never shows as a 5xx', async () => {
    await start('local');
    const statuses: number[] = [];
    const load = Promise.all(
      Array.from({ length: 5 }, async () => {
        for (let request = 0; request < 40; request += 1) statuses.push((await get()).status);
      }),
    );
    await redisServer.kill();
    await redisServer.restart();
    await load;
    expect(statuses).toHaveLength(200);
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
  });

  it('under allow lets everybody through, and claims no quota', async () => {
    await start('allow');
    await redisServer.kill();
    expect(await statusesOf(7)).toEqual(new Array(7).fill(200));
    const response = await get();
    expect(response.headers['ratelimit-policy']).toBe('"anonymous";q=5;w=60');
    expect(response.headers).not.toHaveProperty('ratelimit');
    expect(limiter.stats()).toMatchObject({ plans: { anonymous: { allowed: 8, denied: 0 } }, redisErrors: 8 });
    await redisServer.restart();
  });

  it('under deny answers 503 with a problem document and when to come back, and serves once Redis does', async () => {
    await start('deny');
    expect(await statusesOf(1)).toEqual([200]);
    await redisServer.kill();
    const refused = await get();
    expect(refused.status).toBe(503);
    expect(refused.headers['retry-after']).toBe('5');
    expect(refused.headers['content-type']).toBe('application/problem+json');
    expect(JSON.parse(refused.text)).toMatchObject({
      type: 'urn:breakwater:problem:ERR_RATE_LIMIT_UNAVAILABLE',
      status: 503,
      plan: 'anonymous',
      retryAfterSeconds: 5,
    });
    await redisServer.restart();
    await eventually(async () => (await get()).status === 200);
  });
});
