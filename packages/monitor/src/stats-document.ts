import type { HealthStatus } from './health.ts';
import type { Thresholds } from './options.ts';
import {
  type CacheSummary,
  type HttpCacheSummary,
  type LimiterSummary,
  type PoolSummary,
  type SessionSummary,
  summarizeCache,
  summarizeHttpCache,
  summarizeLimiter,
  summarizePool,
  summarizeSessions,
} from './part-summaries.ts';
import type { PartKind } from './parts.ts';
import type { PartReading, Reading } from './reading.ts';
import { type Recommendation, recommend } from './recommendations.ts';

type ByName<Summary> = Readonly<Record<string, Summary>>;

/** The answer of the admin statistics page: totals since the process started. A kind that is not watched is absent. */
export interface StatsDocument {
  /** ISO 8601. */
  readonly at: string;
  readonly status: HealthStatus;
  readonly cache?: ByName<CacheSummary>;
  readonly httpCache?: ByName<HttpCacheSummary>;
  readonly limiter?: ByName<LimiterSummary>;
  readonly sessions?: ByName<SessionSummary>;
  readonly pool?: ByName<PoolSummary>;
  readonly recommendations: readonly Recommendation[];
  /** Parts whose `stats()` failed; they are missing above. */
  readonly unreadable: readonly { readonly part: PartKind; readonly name: string }[];
}

export function createStatsDocument(
  reading: Reading,
  status: HealthStatus,
  thresholds: Thresholds,
  nowMs: number,
): StatsDocument {
  const { parts, unreadable } = reading;
  return {
    at: new Date(nowMs).toISOString(),
    status,
    cache: summarizeAll(parts.cache, summarizeCache),
    httpCache: summarizeAll(parts.httpCache, summarizeHttpCache),
    limiter: summarizeAll(parts.limiter, summarizeLimiter),
    sessions: summarizeAll(parts.sessions, summarizeSessions),
    pool: summarizeAll(parts.pool, summarizePool),
    recommendations: recommend(reading, thresholds),
    unreadable: unreadable.map(({ part, name }) => ({ part, name })),
  };
}

function summarizeAll<Stats, Summary>(
  parts: readonly PartReading<Stats>[],
  summarize: (stats: Stats) => Summary,
): ByName<Summary> | undefined {
  if (parts.length === 0) return undefined;
  return Object.fromEntries(parts.map(({ name, stats }) => [name, summarize(stats)]));
}
