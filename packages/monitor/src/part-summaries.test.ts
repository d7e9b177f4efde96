import { describe, expect, it } from 'vitest';
import {
  cacheOutcomes,
  cacheStats,
  httpCacheStats,
  httpOutcomes,
  latency,
  limiterStats,
  poolStats,
  sessionStats,
} from '../test/sample-stats.ts';
import {
  summarizeCache,
  summarizeHttpCache,
  summarizeLimiter,
  summarizePool,
  summarizeSessions,
} from './part-summaries.ts';

describe('summaries', () => {
  it('of a cache say the hit rate in all and by policy, and how full memory is', () => {
    const policies = { market: cacheOutcomes({ hitMemory: 1, hitRedis: 2, miss: 1 }), models: cacheOutcomes() };
    const summary = summarizeCache(cacheStats({ policies }));
    expect(summary.hitRate).toBe(0.9);
    expect(summary.policies).toMatchObject({
      market: { hitRate: 0.75, hitMemory: 1, miss: 1 },
      models: { hitRate: 0.9 },
    });
    expect(summary.memory).toEqual({ ...cacheStats().memory, utilisation: 0.5 });
    const off = { ...cacheStats().memory, bytes: 0, maxBytes: 0 };
    expect(summarizeCache({ ...cacheStats(), memory: off }).memory.utilisation).toBe(0);
  });

  it('of an HTTP cache tell the hit rate of lookups from the share of all requests that handlers were spared', () => {
    const stats = httpCacheStats({ quarantined: ['price'] });
    const { policies, ...rest } = summarizeHttpCache(stats);
    expect(policies.price).toEqual({ ...httpOutcomes(), requests: 1500, hitRate: 0.9, offloadRate: 0.6 });
    expect(rest).toEqual({ quarantined: ['price'], purges: stats.purges });
  });

  it('of a pool give percentiles in milliseconds', () => {
    const latencyMs = latency(...new Array<number>(100).fill(0.8));
    const latencyByKindMs = { ...poolStats().latencyByKindMs, write: latencyMs };
    const summary = summarizePool(poolStats({ latencyMs, latencyByKindMs }));
    const expected = { count: 100, p50: 0.75, p95: 0.975, p99: 0.995 };
    expect([summary.latencyMs, summary.latencyByKindMs.write]).toEqual([expected, expected]);
    expect(summary.latencyByKindMs.admin).toEqual({ count: 0, p50: null, p95: null, p99: null });
  });

  it('of a limiter and of sessions give their shares', () => {
    expect(summarizeLimiter(limiterStats()).plans).toEqual({
      anonymous: { allowed: 31, denied: 32, deniedRate: 32 / 63 },
      premium: { allowed: 33, denied: 0, deniedRate: 0 },
    });
    expect(summarizeSessions(sessionStats()).foundRate).toBe(44 / 51);
  });

  it('say null where nothing happened yet, not 0', () => {
    const idle = cacheOutcomes({ hitMemory: 0, hitRedis: 0, miss: 0 });
    const summary = summarizeCache(
      cacheStats({ total: idle, policies: { default: idle }, latencyMs: { redis: latency(), load: latency() } }),
    );
    expect(summary).toMatchObject({ hitRate: null, policies: { default: { hitRate: null } } });
    expect(summary.latencyMs.load).toEqual({ count: 0, p50: null, p95: null, p99: null });
    expect(summarizeSessions(sessionStats({ reads: 0, found: 0 })).foundRate).toBeNull();
  });
});
