import type { RateLimitStats } from '@breakwater/rate-limit';
import { counter, gauge, type MetricFamily, sample, stateGauge } from './family.ts';

export const limiterMetrics: readonly MetricFamily<RateLimitStats>[] = [
  counter('breakwater_rate_limit_decisions_total', 'Requests, by plan and decision.', ['plan', 'decision'], (stats) =>
    Object.entries(stats.plans).flatMap(([plan, { allowed, denied }]) => [
      sample(allowed, { plan, decision: 'allowed' }),
      sample(denied, { plan, decision: 'denied' }),
    ]),
  ),
  stateGauge(
    'breakwater_rate_limit_tier',
    '1 for where the windows are counted now, 0 for the others. local: Redis is configured but away.',
    'tier',
    ['redis', 'memory', 'local'],
    ({ tier }) => tier,
  ),
  counter('breakwater_rate_limit_redis_errors_total', 'Redis calls of the limiter that failed.', [], (stats) => [
    sample(stats.redisErrors),
  ]),
  gauge('breakwater_rate_limit_memory_keys', 'Keys held in memory.', [], ({ memoryKeys }) => [sample(memoryKeys)]),
];
