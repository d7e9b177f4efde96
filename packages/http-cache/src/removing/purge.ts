import type { DryRunReport, InvalidationReport } from '@breakwater/cache';
import type { Emitter } from '@breakwater/core';
import type { HttpCacheEvents } from '../events.ts';
import type { Ending } from './ending.ts';
import type { HitRate, HitRates } from './hit-rates.ts';
import { type PurgeOptions, type ResolvedPurge, resolvePurge } from './purge-options.ts';
import { type KeyMaking, type NamedEntries, namedBy, type PurgeTarget } from './purge-target.ts';

/** What a purge would touch, and what it would cost. */
export interface PurgeEstimate extends DryRunReport {
  readonly origin: OriginCost;
}

export interface OriginCost extends HitRate {
  /**
   * The most requests a second that this instance sends on to handlers in place of what would be gone: what is served now of
   * the policies it may belong to, but each entry once only, and no more than the pace. It begins so, and falls from there.
   */
  readonly requestsPerSecond: number;
}

export interface Purge {
  (target: PurgeTarget, options: PurgeOptions & { readonly dryRun: true }): Promise<PurgeEstimate>;
  (target: PurgeTarget, options?: PurgeOptions & { readonly dryRun?: false }): Promise<InvalidationReport>;
}

export interface Purging {
  /** @throws OptionError `ERR_HTTP_CACHE_OPTION`. */
  readonly purge: Purge;
  /** Ends what is named already, and tells it under the name `target`. */
  end(named: NamedEntries, target: PurgeTarget, purge: ResolvedPurge): Promise<InvalidationReport>;
}

export interface PurgingTools {
  readonly making: KeyMaking;
  readonly ending: Ending;
  readonly rates: HitRates;
  readonly events: Emitter<HttpCacheEvents>;
}

export function createPurging({ making, ending, rates, events }: PurgingTools): Purging {
  async function end(named: NamedEntries, target: PurgeTarget, { mode, invalidation }: ResolvedPurge) {
    const report = await ending.end(named, mode, invalidation);
    events.emit('response:purged', { target, mode, reason: invalidation.reason, report });
    return report;
  }

  async function estimate(named: NamedEntries, target: PurgeTarget, purge: ResolvedPurge): Promise<PurgeEstimate> {
    const touched = await ending.measure(named);
    const rate = rates.of('route' in target ? [target.route] : undefined);
    return { ...touched, origin: costOf(touched, rate, purge) };
  }

  function purge(target: PurgeTarget, options: PurgeOptions & { readonly dryRun: true }): Promise<PurgeEstimate>;
  function purge(target: PurgeTarget, options?: PurgeOptions): Promise<InvalidationReport>;
  async function purge(target: PurgeTarget, options: PurgeOptions = {}) {
    const named = namedBy(target, making);
    const resolved = resolvePurge(named, options);
    return resolved.isDryRun ? estimate(named, target, resolved) : end(named, target, resolved);
  }

  return { purge, end };
}

/** What is gone is asked for again as often as it was served, but once only, since it is stored then. */
function costOf({ memory, redis }: DryRunReport, rate: HitRate, { perSecond }: ResolvedPurge): OriginCost {
  // Where the walk was cut short, there may be any number.
  const entries = redis.isComplete ? Math.max(memory.entries, redis.entries) : Number.POSITIVE_INFINITY;
  const requestsPerSecond = Math.min(rate.hitsPerSecond, entries, perSecond ?? Number.POSITIVE_INFINITY);
  return { requestsPerSecond, ...rate };
}
