import type { BypassReason, NotStoredReason } from './answering/reasons.ts';
import type { HttpCacheStats, HttpOutcomes } from './stats.ts';

/** One policy's outcomes, as plain numbers that a request bumps. */
export interface PolicyCounters {
  hitMemory: number;
  hitRedis: number;
  coalesced: number;
  stored: number;
  notModified: number;
  stale: number;
  staleIfError: number;
  revalidated: number;
  shadows: number;
  leaks: number;
  readonly notStored: Partial<Record<NotStoredReason, number>>;
  readonly bypass: Partial<Record<BypassReason, number>>;
}

export interface Counters {
  of(policyName: string): PolicyCounters;
  snapshot(): Pick<HttpCacheStats, 'policies'>;
}

export function createCounters(): Counters {
  const policies = new Map<string, PolicyCounters>();
  return {
    of(policyName) {
      let counters = policies.get(policyName);
      if (!counters) {
        counters = {
          hitMemory: 0,
          hitRedis: 0,
          coalesced: 0,
          stored: 0,
          notModified: 0,
          stale: 0,
          staleIfError: 0,
          revalidated: 0,
          shadows: 0,
          leaks: 0,
          notStored: {},
          bypass: {},
        };
        policies.set(policyName, counters);
      }
      return counters;
    },
    snapshot() {
      const copies = new Map<string, HttpOutcomes>();
      for (const [name, counters] of policies) {
        copies.set(name, { ...counters, notStored: { ...counters.notStored }, bypass: { ...counters.bypass } });
      }
      return { policies: Object.fromEntries(copies) };
    },
  };
}

export function bump<Reason extends string>(counts: Partial<Record<Reason, number>>, reason: Reason): void {
  counts[reason] = ((counts[reason] as number | undefined) ?? 0) + 1;
}
