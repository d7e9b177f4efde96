import type { CacheOutcomes } from './stats.ts';

/** A policy's counters as the engine bumps them. */
export type Outcomes = { -readonly [Name in keyof CacheOutcomes]: number };

export function createOutcomes(): Outcomes {
  return {
    hitMemory: 0,
    hitRedis: 0,
    miss: 0,
    bypass: 0,
    stale: 0,
    refreshes: 0,
    coalesced: 0,
    loads: 0,
    loadErrors: 0,
    sets: 0,
    fenced: 0,
    tooLarge: 0,
    leasesTaken: 0,
    leasesAwaited: 0,
    leasesTimedOut: 0,
  };
}

export function sumOutcomes(all: Iterable<CacheOutcomes>): CacheOutcomes {
  const total = createOutcomes();
  for (const outcomes of all) {
    for (const name of Object.keys(total) as (keyof Outcomes)[]) total[name] += outcomes[name];
  }
  return total;
}
