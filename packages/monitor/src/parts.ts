import type { CacheStats } from '@breakwater/cache';
import type { HttpCacheStats } from '@breakwater/http-cache';
import type { RateLimitStats } from '@breakwater/rate-limit';
import type { PoolStats } from '@breakwater/redis-pool';
import type { SessionStats } from '@breakwater/session';

/** What each kind of part counts. */
export interface StatsByKind {
  readonly pool: PoolStats;
  readonly cache: CacheStats;
  readonly httpCache: HttpCacheStats;
  readonly limiter: RateLimitStats;
  readonly sessions: SessionStats;
}

export type PartKind = keyof StatsByKind;

export const PART_KINDS: readonly PartKind[] = ['pool', 'cache', 'httpCache', 'limiter', 'sessions'];

/** All the monitor asks of a part. `stats()` returns a copy of plain counters. */
export interface StatsSource<Stats> {
  stats(): Stats;
}

/** One part, or several by name. The name is the metrics' `name` label; a single part is called `default`. */
export type Parts<Stats> = StatsSource<Stats> | Readonly<Record<string, StatsSource<Stats>>>;

export type NamedSources = {
  readonly [Kind in PartKind]: ReadonlyMap<string, StatsSource<StatsByKind[Kind]>>;
};

/** The names of the parts of every kind, readable or not. */
export function partNames(sources: NamedSources): { part: PartKind; name: string }[] {
  return PART_KINDS.flatMap((part) => [...sources[part].keys()].map((name) => ({ part, name })));
}
