import { describe, expect, it } from 'vitest';
import { cacheStats, httpCacheStats, limiterStats, poolStats, readingOf, sessionStats } from '../test/sample-stats.ts';
import { healthReasons, healthStatus } from './health.ts';
import type { StatsByKind } from './parts.ts';

const away = cacheStats({ redis: { state: 'down', errors: 1, unreadableFrames: 0 } });
const deaf = cacheStats({ bus: { ...cacheStats().bus, connected: false } });
const offAndDeaf = cacheStats({ redis: { state: 'off', errors: 0, unreadableFrames: 0 }, bus: deaf.bus });

const table: readonly [
  string,
  Partial<StatsByKind>,
  status: string,
  codes: readonly string[],
  statusWhereRedisIsNeeded: string,
][] = [
  ['nothing to watch', {}, 'healthy', [], 'healthy'],
  [
    'everything up',
    {
      pool: poolStats(),
      cache: cacheStats(),
      httpCache: httpCacheStats(),
      limiter: limiterStats(),
      sessions: sessionStats(),
    },
    'healthy',
    [],
    'healthy',
  ],
  [
    'a pool that has not reached Redis yet',
    { pool: poolStats({ health: 'starting' }) },
    'degraded',
    ['redis-starting'],
    'unhealthy',
  ],
  [
    'a pool without Redis',
    { pool: poolStats({ health: 'down', circuit: 'open' }) },
    'degraded',
    ['redis-down'],
    'unhealthy',
  ],
  [
    'a pool of a Cluster of which a node is away',
    { pool: poolStats({ health: 'degraded', circuit: 'open' }) },
    'degraded',
    ['redis-partly-down'],
    'degraded',
  ],
  ['a closed pool', { pool: poolStats({ health: 'closed' }) }, 'unhealthy', ['pool-closed'], 'unhealthy'],
  ['a cache on memory alone', { cache: away }, 'degraded', ['cache-redis-down'], 'unhealthy'],
  ['a cache that hears no invalidations', { cache: deaf }, 'degraded', ['bus-away'], 'degraded'],
  ['a cache without Redis by choice', { cache: offAndDeaf }, 'healthy', [], 'healthy'],
  [
    'a limiter on its local windows',
    { limiter: limiterStats({ tier: 'local' }) },
    'degraded',
    ['limiter-local'],
    'unhealthy',
  ],
  ['a limiter in memory by choice', { limiter: limiterStats({ tier: 'memory' }) }, 'healthy', [], 'healthy'],
  ['sessions in memory by choice', { sessions: sessionStats({ tier: 'memory' }) }, 'healthy', [], 'healthy'],
  [
    'several findings',
    { pool: poolStats({ health: 'closed' }), cache: away },
    'unhealthy',
    ['pool-closed', 'cache-redis-down'],
    'unhealthy',
  ],
];

describe('health', () => {
  it.each(table)('%s', (_case, stats, status, codes, statusWhereRedisIsNeeded) => {
    const reasons = healthReasons(readingOf(stats), 'degraded');
    expect(reasons.map(({ code }) => code)).toEqual(codes);
    expect(healthStatus(reasons)).toBe(status);
    expect(healthStatus(healthReasons(readingOf(stats), 'unhealthy'))).toBe(statusWhereRedisIsNeeded);
  });

  it('a part whose stats fail is degraded, because nobody knows', () => {
    const reading = {
      ...readingOf({}),
      unreadable: [{ part: 'cache', name: 'market', error: new Error('no') }],
    } as const;
    const reasons = healthReasons(reading, 'degraded');
    expect(reasons).toMatchObject([{ status: 'degraded', code: 'stats-unreadable', part: 'cache', name: 'market' }]);
  });
});
