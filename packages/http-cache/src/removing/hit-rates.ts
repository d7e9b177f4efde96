import type { HttpCacheStats } from '../stats.ts';

export interface HitRate {
  readonly hitsPerSecond: number;
  /** How far back it looks. */
  readonly measuredOverMs: number;
}

/** How often stored responses are served, by this instance's counters of the last minutes. */
export interface HitRates {
  /** Keeps the counters of now, should the last it kept be old. Called when a handler runs, never for a hit. */
  note(): void;
  /** @param policies all where none are named. */
  of(policies: readonly string[] | undefined): HitRate;
}

interface Reading {
  readonly atMs: number;
  readonly hits: ReadonlyMap<string, number>;
}

const PERIOD_MS = 60_000;
/** Of a shorter time a few hits would make a storm. */
const SHORTEST_MS = 1000;

export function createHitRates(stats: () => Pick<HttpCacheStats, 'policies'>, now: () => number): HitRates {
  function read(): Reading {
    const hits = Object.entries(stats().policies).map(
      ([name, { hitMemory, hitRedis }]) => [name, hitMemory + hitRedis] as const,
    );
    return { atMs: now(), hits: new Map(hits) };
  }

  // Rates are since the earlier of two: at least a period lies behind it, and where handlers run, no more than a few.
  let later: Reading = read();
  let earlier = later;

  function note(): void {
    if (now() - later.atMs < PERIOD_MS) return;
    earlier = later;
    later = read();
  }

  return {
    note,
    of(policies) {
      const current = read();
      const measuredOverMs = Math.max(current.atMs - earlier.atMs, SHORTEST_MS);
      let hits = 0;
      for (const name of policies ?? current.hits.keys()) {
        hits += (current.hits.get(name) ?? 0) - (earlier.hits.get(name) ?? 0);
      }
      note();
      return { hitsPerSecond: (hits * 1000) / measuredOverMs, measuredOverMs };
    },
  };
}
