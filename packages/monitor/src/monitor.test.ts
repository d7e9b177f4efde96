import type { FrameworkRequest } from '@breakwater/core/http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseExposition } from '../test/exposition.ts';
import { allParts, cacheStats, poolStats } from '../test/sample-stats.ts';
import { createMonitor, type Monitor } from './monitor.ts';

const authorize = () => true;
const broken = {
  stats() {
    throw new Error('gone');
  },
};

const request: FrameworkRequest = { method: 'GET', originalUrl: '/', headers: {}, protocol: 'http' };

/** As a door asks. */
function respond(monitor: Monitor, path: string, method = 'GET') {
  const { signal } = new AbortController();
  return monitor.respond(path, { request, method, target: path, headers: {}, content: undefined, signal });
}

async function ask(monitor: Monitor, path: string, method = 'GET') {
  const answer = await respond(monitor, path, method);
  if (!answer) throw new Error(`No page ${path}.`);
  return { ...answer, json: () => JSON.parse(answer.body) };
}

describe('a part whose stats fail', () => {
  it.each([
    ['throws', broken],
    ['says nothing', { stats: () => ({}) as never }],
    ['says what is no number', { stats: () => poolStats({ connections: Number.NaN }) }],
  ])('%s: the rest is served, and the part is named and counted', async (_case, pool) => {
    const monitor = createMonitor({ ...allParts(), authorize, pool: { main: pool } });
    const heard: unknown[] = [];
    monitor.on('stats:failed', ({ part, name }) => heard.push([part, name]));

    const { value, series } = parseExposition((await ask(monitor, '/metrics')).body);
    expect(value('breakwater_cache_memory_bytes', { name: 'default' })).toBe(500);
    expect(series.filter(({ name }) => name === 'redis_health_status')).toEqual([]);
    expect(value('breakwater_monitor_stats_failures_total', { part: 'pool', name: 'main' })).toBe(1);
    expect(value('breakwater_monitor_stats_failures_total', { part: 'cache', name: 'default' })).toBe(0);
    expect(heard).toEqual([['pool', 'main']]);

    const stats = (await ask(monitor, '/api/admin/cache/stats')).json();
    expect(stats).toMatchObject({ status: 'degraded', unreadable: [{ part: 'pool', name: 'main' }] });
    expect(Object.keys(stats)).not.toContain('pool');
    expect((await ask(monitor, '/health')).json()).toEqual({ status: 'degraded' });
    const health = (await ask(monitor, '/api/admin/cache/health')).json();
    expect(health.parts).toContainEqual(expect.objectContaining({ part: 'pool', name: 'main', status: 'degraded' }));
  });
});

describe('pages', () => {
  it('health is 200 while requests are served and 503 when none should come, and reveals the word alone', async () => {
    const answers = [];
    for (const health of ['up', 'down', 'closed'] as const) {
      const { status, body } = await ask(
        createMonitor({ authorize, pool: { stats: () => poolStats({ health }) } }),
        '/health',
      );
      answers.push([status, body]);
    }
    expect(answers).toEqual([
      [200, '{"status":"healthy"}'],
      [200, '{"status":"degraded"}'],
      [503, '{"status":"unhealthy"}'],
    ]);
  });

  it('statistics have every watched kind by name, and nothing of the others', async () => {
    const all = (await ask(createMonitor({ authorize, ...allParts() }), '/api/admin/cache/stats')).json();
    expect(all).toMatchObject({
      status: 'healthy',
      cache: { default: { hitRate: 0.9, memory: { utilisation: 0.5, evictions: 13 }, bus: { connected: true } } },
      httpCache: { default: { policies: { price: { hitRate: 0.9 } } } },
      limiter: { default: { tier: 'redis' } },
      sessions: { default: { found: 44 } },
      pool: { default: { circuit: 'closed', latencyMs: { count: 6 } } },
      recommendations: [],
      unreadable: [],
    });
    const one = (
      await ask(
        createMonitor({ authorize, cache: { market: { stats: () => cacheStats() } } }),
        '/api/admin/cache/stats',
      )
    ).json();
    expect(Object.keys(one)).toEqual(['at', 'status', 'cache', 'recommendations', 'unreadable']);
    expect(Object.keys(one.cache)).toEqual(['market']);
  });

  it('a path that is no page is nobody’s answer, and a page set to null is no page', () => {
    const monitor = createMonitor({ paths: { admin: null, metrics: null, health: '/livez' } });
    expect(monitor.paths).toEqual(['/livez']);
    expect(respond(monitor, '/metrics')).toBeUndefined();
    expect(respond(monitor, '/livez/')).toBeUndefined();
  });
});

describe('since', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: 0 }));
  afterEach(() => void vi.useRealTimers());

  it('dates a status from the first look that saw it, whoever looked', async () => {
    let health: 'up' | 'down' = 'up';
    const monitor = createMonitor({ authorize, ...allParts(), pool: { stats: () => poolStats({ health }) } });
    expect(monitor.health()).toMatchObject({ status: 'healthy', since: '1970-01-01T00:00:00.000Z' });
    await Promise.resolve();

    health = 'down';
    vi.setSystemTime(5000);
    await monitor.registry.metrics();
    vi.setSystemTime(9000);
    const { status, since, at, parts } = monitor.health();
    expect({ status, since, at }).toEqual({
      status: 'degraded',
      since: '1970-01-01T00:00:05.000Z',
      at: '1970-01-01T00:00:09.000Z',
    });
    expect(parts.map((one) => [one.part, one.status, one.since])).toEqual([
      ['pool', 'degraded', '1970-01-01T00:00:05.000Z'],
      ['cache', 'healthy', '1970-01-01T00:00:00.000Z'],
      ['httpCache', 'healthy', '1970-01-01T00:00:00.000Z'],
      ['limiter', 'healthy', '1970-01-01T00:00:00.000Z'],
      ['sessions', 'healthy', '1970-01-01T00:00:00.000Z'],
    ]);
  });
});

describe('authorize', () => {
  const admin = '/api/admin/cache/stats';

  it.each<[string, () => unknown, string]>([
    ['false', () => false, 'denied'],
    ['a promise of false', async () => false, 'denied'],
    ['something that is merely truthy', () => ({ user: 'me' }), 'denied'],
    ['nothing', () => undefined, 'denied'],
    [
      'a throw',
      () => {
        throw new Error('no session store');
      },
      'error',
    ],
    ['a rejection', async () => Promise.reject(new Error('no session store')), 'error'],
  ])('%s closes the page with a problem document, and is counted', async (_case, verdict, decision) => {
    const monitor = createMonitor({ ...allParts(), authorize: verdict as () => boolean });
    const heard: string[] = [];
    monitor.on('request:denied', ({ path }) => heard.push(`denied ${path}`));
    monitor.on('authorize:failed', ({ path, error }) => heard.push(`error ${path} ${(error as Error).message}`));
    const answer = await ask(monitor, admin);
    expect(answer.status).toBe(403);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.json()).toEqual({
      type: 'urn:breakwater:problem:ERR_MONITOR_FORBIDDEN',
      title: 'Forbidden',
      status: 403,
    });
    expect(heard).toEqual([decision === 'error' ? `error ${admin} no session store` : `denied ${admin}`]);
    const { value } = parseExposition((await ask(monitor, '/metrics')).body);
    expect(value('breakwater_monitor_guarded_requests_total', { decision })).toBe(1);
    expect(value('breakwater_monitor_guarded_requests_total', { decision: 'allowed' })).toBe(0);
  });

  it('is asked before a wrong method is', async () => {
    expect((await ask(createMonitor({ authorize: () => false }), admin, 'POST')).status).toBe(403);
    expect((await ask(createMonitor({ authorize }), admin, 'POST')).status).toBe(405);
  });

  it('is asked for metrics too where they are not to be open', async () => {
    const metrics = { access: 'authorize' } as const;
    expect((await ask(createMonitor({ authorize: () => false, metrics }), '/metrics')).status).toBe(403);
    expect((await ask(createMonitor({ authorize, metrics }), '/metrics')).status).toBe(200);
    expect((await ask(createMonitor({ authorize: () => false }), '/metrics')).status).toBe(200);
  });
});
