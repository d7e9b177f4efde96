import type { CacheStats } from './stats.ts';

/** What a cache has done, at a glance; `stats()` has it all. */
export interface CacheInfo {
  readonly config: {
    readonly namespace: string;
    readonly policies: readonly string[];
    readonly maxBytes: number;
    readonly maxEntries: number;
  };
  readonly metrics: {
    /** Lookups that found something fresh, from 0 to 1; `null` before there were any. */
    readonly hitRate: number | null;
    /** The same of memory alone. */
    readonly l1HitRate: number | null;
    /** Keys asked for past the cache, which are no lookups. */
    readonly bypass: number;
    /** Milliseconds of a lookup. Those in memory are not timed, and count as none. `null` before there were any. */
    readonly avgGetTimeMs: number | null;
    /** Lookups, what went past the cache, sets and invalidations. */
    readonly totalOperations: number;
  };
  readonly cacheLevels: { readonly l1: CacheStats['memory']; readonly l2: CacheStats['redis'] };
  /** `open` while Redis is away and memory serves alone; `off` without Redis. The circuit itself is our pool's. */
  readonly circuitBreaker: 'off' | 'closed' | 'open';
}

const CIRCUITS = Object.freeze({ off: 'off', up: 'closed', down: 'open' } as const);

export function infoOf(namespace: string, stats: CacheStats): CacheInfo {
  const { total, memory, redis, policies, invalidations, latencyMs } = stats;
  const lookups = total.hitMemory + total.hitRedis + total.miss;
  const share = (part: number) => (lookups === 0 ? null : part / lookups);
  const invalidated = Object.values(invalidations).reduce((sum, count) => sum + count, 0);
  return {
    config: {
      namespace,
      policies: Object.keys(policies),
      maxBytes: memory.maxBytes,
      maxEntries: memory.maxEntries,
    },
    metrics: {
      hitRate: share(total.hitMemory + total.hitRedis),
      l1HitRate: share(total.hitMemory),
      bypass: total.bypass,
      avgGetTimeMs: share(latencyMs.redis.sum),
      totalOperations: lookups + total.bypass + total.sets + invalidated,
    },
    cacheLevels: { l1: memory, l2: redis },
    circuitBreaker: CIRCUITS[redis.state],
  };
}
