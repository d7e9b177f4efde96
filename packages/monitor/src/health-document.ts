import { type HealthReason, type HealthStatus, healthStatus } from './health.ts';
import type { Rate } from './hit-rate.ts';
import {
  type CacheSummary,
  type PoolSummary,
  summarizeCache,
  summarizeHttpCache,
  summarizePool,
} from './part-summaries.ts';
import type { PartKind } from './parts.ts';
import type { Reading } from './reading.ts';
import type { StatusHistory } from './status-history.ts';

/** The answer of the admin health page. */
export interface HealthDocument {
  readonly status: HealthStatus;
  /**
   * Since when this monitor has seen that status, ISO 8601. It looks when somebody asks (a scrape, a health check), so
   * this is as exact as those are frequent.
   */
  readonly since: string;
  /** ISO 8601. */
  readonly at: string;
  readonly reasons: readonly HealthReason[];
  readonly parts: readonly PartHealth[];
}

export interface PartHealth {
  readonly part: PartKind;
  readonly name: string;
  readonly status: HealthStatus;
  readonly since: string;
  /** Absent where the part's `stats()` failed. */
  readonly detail?: PartDetail;
}

export type PartDetail =
  | Pick<PoolSummary, 'health' | 'circuit' | 'lanes' | 'inFlight' | 'connectionErrors' | 'latencyMs'>
  | Pick<CacheSummary, 'hitRate' | 'redis' | 'bus' | 'memory'>
  | { readonly hitRates: Readonly<Record<string, Rate>> }
  | { readonly tier: 'redis' | 'memory' | 'local'; readonly redisErrors: number };

export function createHealthDocument(
  reading: Reading,
  reasons: readonly HealthReason[],
  history: StatusHistory,
  nowMs: number,
): HealthDocument {
  const since = (thing: string, status: HealthStatus) => iso(history.note(thing, status, nowMs));
  const parts = partDetails(reading).map(({ part, name, detail }) => {
    const status = healthStatus(reasons.filter((reason) => reason.part === part && reason.name === name));
    return { part, name, status, since: since(`${part} ${name}`, status), detail };
  });
  const status = healthStatus(reasons);
  return { status, since: since('', status), at: iso(nowMs), reasons, parts };
}

type DetailedPart = Pick<PartHealth, 'part' | 'name' | 'detail'>;

function partDetails({ parts, unreadable }: Reading): DetailedPart[] {
  return [
    ...parts.pool.map(({ name, stats }): DetailedPart => {
      const { health, circuit, lanes, inFlight, connectionErrors, latencyMs } = summarizePool(stats);
      return { part: 'pool', name, detail: { health, circuit, lanes, inFlight, connectionErrors, latencyMs } };
    }),
    ...parts.cache.map(({ name, stats }): DetailedPart => {
      const { hitRate, redis, bus, memory } = summarizeCache(stats);
      return { part: 'cache', name, detail: { hitRate, redis, bus, memory } };
    }),
    ...parts.httpCache.map(({ name, stats }): DetailedPart => {
      const policies = Object.entries(summarizeHttpCache(stats).policies);
      const hitRates = Object.fromEntries(policies.map(([policy, { hitRate }]) => [policy, hitRate]));
      return { part: 'httpCache', name, detail: { hitRates } };
    }),
    ...parts.limiter.map(({ name, stats: { tier, redisErrors } }): DetailedPart => {
      return { part: 'limiter', name, detail: { tier, redisErrors } };
    }),
    ...parts.sessions.map(({ name, stats: { tier, redisErrors } }): DetailedPart => {
      return { part: 'sessions', name, detail: { tier, redisErrors } };
    }),
    ...unreadable.map(({ part, name }): DetailedPart => ({ part, name })),
  ];
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
