import type { InvalidationReason, InvalidationReport } from '@breakwater/cache';
import type { PurgeMode } from './removing/purge-options.ts';
import type { PurgeTarget } from './removing/purge-target.ts';

/** A response without its content: `hash` is of the body, SHA-256. */
export interface ResponseAccount {
  readonly status: number;
  readonly bytes: number;
  readonly hash: string;
}

/** What `on` can listen to. */
export interface HttpCacheEvents {
  /** A handler read what the key of its response does not cover: names of request headers, and `session`. */
  'response:under-keyed': {
    readonly policy: string;
    readonly inputs: readonly string[];
  };
  /**
   * The sentinel found that a stored response is not what a stranger is answered, who would have been served it. Lengths and
   * hashes are of what `sentinel.ignore` left.
   */
  'response:leaked': {
    readonly policy: string;
    /** Path, and names of query parameters without their values. */
    readonly url: string;
    readonly principal: 'anonymous' | 'invented' | 'named';
    readonly stored: ResponseAccount;
    readonly answered: ResponseAccount;
    readonly quarantined: boolean;
  };
  /** A policy filled more keys than it may: new ones have to be asked for more than once. Not again before those expire. */
  'keys:over-budget': {
    readonly policy: string;
    readonly maxKeys: number;
  };
  /** Stored responses were removed or expired by `purge` or a PURGE request of this instance, so that others can be told. */
  'response:purged': {
    readonly target: PurgeTarget;
    readonly mode: PurgeMode;
    readonly reason: InvalidationReason;
    readonly report: InvalidationReport;
  };
  /**
   * The cache under the responses threw, rejected a call or answered nonsense, which it never does for Redis's sake. The
   * request was answered by its handler. `sentinel`: a look of the sentinel came to nothing, by the cache or by your own
   * `principal` or `ignore`.
   */
  'cache:failed': {
    readonly during: 'lookup' | 'commit' | 'invalidate' | 'sentinel';
    readonly error: unknown;
  };
}
