import type { Subscribable } from '@breakwater/core';
import type { BypassReason, NotStoredReason } from './answering/reasons.ts';
import type { HttpCacheEvents } from './events.ts';
import { type PurgedBy, purgedBy } from './removing/purge-target.ts';
import type { HttpCacheStats, HttpOutcomes } from './stats.ts';

/** One policy's outcomes, as plain numbers that a request bumps. */
export interface PolicyCounters {
  hitMemory: number;
  hitRedis: number;
  coalesced: number;
  filledElsewhere: number;
  fleetFills: number;
  stored: number;
  notModified: number;
  stale: number;
  staleIfError: number;
  revalidated: number;
  shadows: number;
  shadowsFailed: number;
  leaks: number;
  underKeyed: number;
  readonly notStored: Partial<Record<NotStoredReason, number>>;
  readonly bypass: Partial<Record<BypassReason, number>>;
}

export interface Counters {
  of(policyName: string): PolicyCounters;
  snapshot(): Pick<HttpCacheStats, 'policies' | 'purges'>;
}

/** @param events what is rare and told already is counted where it is told. */
export function createCounters(events: Subscribable<HttpCacheEvents>): Counters {
  const policies = new Map<string, PolicyCounters>();
  const purges: Record<PurgedBy, number> = { url: 0, prefix: 0, tag: 0, route: 0, host: 0, all: 0 };

  function of(policyName: string): PolicyCounters {
    let counters = policies.get(policyName);
    if (!counters) {
      counters = createPolicyCounters();
      policies.set(policyName, counters);
    }
    return counters;
  }

  events.on('response:under-keyed', ({ policy }) => {
    of(policy).underKeyed += 1;
  });
  events.on('response:purged', ({ target }) => {
    purges[purgedBy(target)] += 1;
  });

  return {
    of,
    snapshot() {
      const copies = new Map<string, HttpOutcomes>();
      for (const [name, counters] of policies) {
        copies.set(name, { ...counters, notStored: { ...counters.notStored }, bypass: { ...counters.bypass } });
      }
      return { policies: Object.fromEntries(copies), purges: { ...purges } };
    },
  };
}

function createPolicyCounters(): PolicyCounters {
  return {
    hitMemory: 0,
    hitRedis: 0,
    coalesced: 0,
    filledElsewhere: 0,
    fleetFills: 0,
    stored: 0,
    notModified: 0,
    stale: 0,
    staleIfError: 0,
    revalidated: 0,
    shadows: 0,
    shadowsFailed: 0,
    leaks: 0,
    underKeyed: 0,
    notStored: {},
    bypass: {},
  };
}

export function bump<Reason extends string>(counts: Partial<Record<Reason, number>>, reason: Reason): void {
  counts[reason] = ((counts[reason] as number | undefined) ?? 0) + 1;
}
