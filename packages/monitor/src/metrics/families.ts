import type { PartKind, StatsByKind } from '../parts.ts';
import { cacheMetrics } from './cache-metrics.ts';
import type { MetricFamily } from './family.ts';
import { httpCacheMetrics } from './http-cache-metrics.ts';
import { limiterMetrics } from './limiter-metrics.ts';
import { poolMetrics } from './pool-metrics.ts';
import { sessionMetrics } from './session-metrics.ts';

export const metricFamilies: { readonly [Kind in PartKind]: readonly MetricFamily<StatsByKind[Kind]>[] } = {
  pool: poolMetrics,
  cache: cacheMetrics,
  httpCache: httpCacheMetrics,
  limiter: limiterMetrics,
  sessions: sessionMetrics,
};
