import { createCache } from '@breakwater/cache';
import { httpCache } from '@breakwater/http-cache/express';
import { createRateLimiter } from '@breakwater/rate-limit';
import { rateLimit } from '@breakwater/rate-limit/express';
import { createRedisPool } from '@breakwater/redis-pool';
import { createSessionStore } from '@breakwater/session';
import { eventually, type RedisServer, type RunningServer, serve, startRedis } from '@breakwater/testkit';
import express from 'express';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { monitor } from '../../src/express.ts';
import { createMonitor, type HealthDocument } from '../../src/index.ts';
import { parseExposition } from '../exposition.ts';

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

it('every part of the suite is seen, through an outage and back, while requests are served', async () => {
  const pool = createRedisPool({ url: redis.url, deadlineMs: '10s' });
  const cache = createCache({ redis: pool, policies: { market: { ttl: '1m' } } });
  const responses = httpCache({ cache });
  const limiter = createRateLimiter<express.Request>({ redis: pool, plans: { anonymous: '100000/min' } });
  const sessions = createSessionStore({ redis: pool, secret: 'a secret of this test alone, long enough' });
  const parts = { pool, cache, httpCache: responses, limiter, sessions };
  const handle = createMonitor({ ...parts, authorize: () => true, changes: 'allow' });

  const app = express();
  app.use(monitor(handle));
  app.use(rateLimit(limiter));
  app.use(responses);
  let made = 0;
  app.get('/price/:pair', httpCache.route({ ttl: '1s' }), async (request, response) => {
    made += 1;
    response.json(
      await cache.getOrLoad(`${request.params.pair}:${made}`, () => ({ price: made }), { policy: 'market' }),
    );
  });
  const server: RunningServer = await serve(app);

  const statuses = new Set<number>();
  async function traffic(): Promise<void> {
    const answer = await fetch(`${server.url}/price/BTC-${Math.floor(Math.random() * 3)}`);
    statuses.add(answer.status);
    await answer.arrayBuffer();
    await new Promise((resolve) => sessions.get('nobody', resolve));
  }
  async function health(): Promise<HealthDocument> {
    const answer = await fetch(`${server.url}/api/admin/cache/health`);
    return (await answer.json()) as HealthDocument;
  }
  async function call(page: string, said: object): Promise<unknown> {
    const answer = await fetch(`${server.url}/api/admin/cache/http/${page}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(said),
    });
    return answer.json();
  }
  async function untilStatus(status: string) {
    return eventually(async () => {
      await traffic();
      const document = await health();
      expect(document.status).toBe(status);
      return document;
    });
  }

  try {
    const up = await untilStatus('healthy');
    expect(up.parts.map(({ part, status }) => [part, status])).toEqual([
      ['pool', 'healthy'],
      ['cache', 'healthy'],
      ['httpCache', 'healthy'],
      ['limiter', 'healthy'],
      ['sessions', 'healthy'],
    ]);

    await redis.kill();
    const down = await untilStatus('degraded');
    expect(down.reasons.map(({ code }) => code)).toContain('redis-down');
    const liveness = await fetch(`${server.url}/health`);
    expect([liveness.status, await liveness.json()]).toEqual([200, { status: 'degraded' }]);
    const policy = '/price/:pair';
    const explanation = await call('explain', { url: `${server.url}/price/BTC-1`, policy });
    expect(explanation).toMatchObject({ policy: { name: policy }, cacheStatus: expect.any(String) });
    expect(await call('purge', { target: { all: true } })).toMatchObject({ shared: false });
    const listed = await fetch(`${server.url}/api/admin/cache/http/responses`);
    expect([listed.status, await listed.json()]).toMatchObject([200, { responses: expect.any(Array) }]);

    await redis.restart();
    await untilStatus('healthy');
    expect([...statuses]).toEqual([200]);

    const { value } = parseExposition(await (await fetch(`${server.url}/metrics`)).text());
    const name = 'default';
    const [cacheStats, limits, read] = [cache.stats(), limiter.stats(), sessions.stats()];
    const market = { name, policy: 'market' };
    expect(value('breakwater_cache_loads_total', market)).toBe(cacheStats.policies.market?.loads);
    expect(value('breakwater_cache_misses_total', market)).toBe(cacheStats.policies.market?.miss);
    expect(value('breakwater_cache_redis_lookup_duration_seconds_count', { name })).toBe(
      cacheStats.latencyMs.redis.count,
    );
    expect(value('breakwater_rate_limit_decisions_total', { name, plan: 'anonymous', decision: 'allowed' })).toBe(
      limits.plans.anonymous?.allowed,
    );
    expect(value('breakwater_session_operations_total', { name, operation: 'read' })).toBe(read.reads);
    const price = { name, policy: '/price/:pair' };
    const stored = responses.stats().policies['/price/:pair']?.stored;
    expect(stored).toBeGreaterThan(0);
    expect(value('breakwater_http_cache_requests_total', { ...price, outcome: 'stored' })).toBe(stored);
  } finally {
    await server.close();
    await cache.close();
    limiter.close();
    await pool.close();
  }
});
