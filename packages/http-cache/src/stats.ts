import type { PurgedBy } from './removing/purge-target.ts';

/** What became of requests, in the words of `Cache-Status` (RFC 9211) where it has one. */
export interface HttpCacheStats {
  /** By policy name; `origin` is the policy of responses that declare their own freshness. */
  readonly policies: Readonly<Record<string, HttpOutcomes>>;
  /** Policies that the sentinel put into quarantine in this process. */
  readonly quarantined: readonly string[];
  /** Purges of this instance, by what named the responses: calls and PURGE requests, without dry runs. */
  readonly purges: Readonly<Record<PurgedBy, number>>;
}

export interface HttpOutcomes {
  readonly hitMemory: number;
  readonly hitRedis: number;
  /** Waited for another request's fill and was served its response. */
  readonly coalesced: number;
  /** Fills of other processes that were waited for, and whose responses were served. */
  readonly filledElsewhere: number;
  /** Fills that had the lease: no other process of the fleet ran the handler meanwhile. */
  readonly fleetFills: number;
  /** Ran the handler; the response was stored. */
  readonly stored: number;
  /** Ran the handler; the response was not to be stored. By the closed set of reasons. */
  readonly notStored: Readonly<Record<string, number>>;
  /** Went past the cache, by the closed set of reasons (`method`, `authorization`, `no-store`, `session`, …). */
  readonly bypass: Readonly<Record<string, number>>;
  /** Answered 304 out of `hitMemory` and `hitRedis`. */
  readonly notModified: number;
  /** Out of `hitMemory` and `hitRedis`: served beyond its lifetime, and refreshed in the background. */
  readonly stale: number;
  /** The handler failed, and a stored response beyond its lifetime was served in place of its error. */
  readonly staleIfError: number;
  /** Out of `stored`: the handler said that nothing had changed. */
  readonly revalidated: number;
  /** Answers to strangers that the sentinel compared with what they would have been served. */
  readonly shadows: number;
  /**
   * Looks that came to nothing: the stranger was stopped in front of the cache, not served from it or not answered in time, or
   * your own `principal` or `ignore` threw.
   */
  readonly shadowsFailed: number;
  /** Out of `shadows`: what is stored is not for strangers. */
  readonly leaks: number;
  /** Responses whose handler was seen to read what their key does not cover, stored or not. */
  readonly underKeyed: number;
}
