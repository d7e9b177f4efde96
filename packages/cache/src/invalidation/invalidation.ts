import type { Duration, Pace } from '@breakwater/core';
import type { TargetKind } from '../targets/target.ts';

/** `invalidate` removes entries. `expire` ends their freshness, and leaves those that may be served stale. */
export type InvalidationEffect = 'invalidate' | 'expire';

/** What named the entries of an invalidation; `subject` is `forget`, `event` a rule's. */
export type InvalidatedBy = TargetKind | 'subject' | 'event';

/**
 * Why entries were invalidated. (Those that expire or are evicted count in `memory.expiries` and `memory.evictions`.)
 */
export type InvalidationReason = 'manual' | 'dataChanged' | 'errorThreshold' | 'pattern';

/** Why entries end, how long the caller waits for it, and how quickly they go. */
export interface InvalidateOptions {
  /** For the statistics and the audit. @default 'pattern' by pattern, 'manual' by all else */
  readonly reason?: InvalidationReason;
  /**
   * How long the call waits for Redis. What is not done by then (the walk over a large keyspace) goes on in the
   * background: the report says `isComplete: false`, and the audit has the whole when it is done.
   * @default no limit but that of each command
   */
  readonly budget?: Duration;
  /**
   * Ends entries one after the other, by tag, by pattern or all: no more than so many in a time, as `'200/s'` or
   * `'30/m'`. Each is served until its turn. The call resolves when all are done; other instances' memories drop
   * theirs at once and read Redis. Not together with `budget`.
   * @default all at once
   */
  readonly pace?: Pace;
  /** Ends a paced call before it is done: the report says what was touched, and `isComplete: false`. */
  readonly signal?: AbortSignal;
}

/** What an invalidation ended, here and in Redis. */
export interface InvalidationReport {
  /** Entries in this instance's memory that it ended. By tag, one that another of its tags had killed may count again. */
  readonly memoryEntries: number;
  /** Keys in Redis that it ended. Always 0 by tag without a pace: its entries end by its generation, and leave by their TTL. */
  readonly redisKeys: number;
  /** Tags that were ended: those named, then those that depend on them. */
  readonly tags: readonly string[];
  /** Those of them that nothing carries, as far as memory and Redis know. A misspelt tag shows here. */
  readonly unknownTags: readonly string[];
  /** Whether Redis took it and other instances were told. False without Redis or while it is away. */
  readonly shared: boolean;
  /** False where the `budget` ended first: the rest is being done; and where the `signal` of a paced call did: it is not. */
  readonly isComplete: boolean;
}

/** One invalidation as the audit remembers it. */
export interface AuditRecord {
  /** When it was called, or heard of; milliseconds since the epoch. */
  readonly atMs: number;
  readonly by: InvalidatedBy;
  /** The event whose rules named the entries. */
  readonly event: string | undefined;
  readonly effect: InvalidationEffect;
  /** `undefined` for another instance's, which does not say. */
  readonly reason: InvalidationReason | undefined;
  /** Keys are counted, never kept: they name users. */
  readonly keys: number;
  /** As they were given; the first 20. A subject is not among them. */
  readonly tags: readonly string[];
  readonly patterns: readonly string[];
  readonly memoryEntries: number;
  readonly redisKeys: number;
  readonly shared: boolean;
  /** Whether another instance did it. */
  readonly remote: boolean;
  /** From the call to the end of its work. */
  readonly durationMs: number;
}
