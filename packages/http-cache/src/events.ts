import type { InvalidationReason, InvalidationReport } from '@breakwater/cache';
import type { PurgeMode } from './removing/purge-options.ts';
import type { PurgeTarget } from './removing/purge-target.ts';

/** What `on` can listen to. */
export interface HttpCacheEvents {
  /** A handler read what the key of its response does not cover: names of request headers, and `session`. */
  'response:under-keyed': {
    readonly policy: string;
    readonly inputs: readonly string[];
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
   * The cache under the responses rejected a call, which it never does for Redis's sake. The request was answered by its
   * handler.
   */
  'cache:failed': {
    readonly during: 'lookup' | 'commit' | 'invalidate';
    readonly error: unknown;
  };
}
