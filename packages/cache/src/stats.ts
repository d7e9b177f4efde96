import type { HistogramSnapshot } from '@breakwater/core';
import type { InvalidatedBy, InvalidationReason } from './invalidation/invalidation.ts';

/** A copy of the cache's counters; all but `memory.entries`, `memory.bytes` and the states only grow. */
export interface CacheStats {
  readonly total: CacheOutcomes;
  /** By policy name; `default` is the policy of calls that name none. */
  readonly policies: Readonly<Record<string, CacheOutcomes>>;
  readonly memory: {
    readonly entries: number;
    readonly bytes: number;
    readonly maxBytes: number;
    readonly maxEntries: number;
    /** Entries that left for want of room. */
    readonly evictions: number;
    /** Entries that were found at the end of their lifetime. */
    readonly expiries: number;
  };
  /** `off`: no Redis was given. `down`: the last Redis call failed, the cache runs on memory. */
  readonly redis: { readonly state: 'off' | 'up' | 'down'; readonly errors: number; readonly unreadableFrames: number };
  readonly bus: {
    /** Whether everything is heard that other instances say. */
    readonly connected: boolean;
    /** Announcements of changes; signs of life are not counted, here and in `received`. */
    readonly published: number;
    readonly received: number;
    /** Other instances of the namespace that gave a sign of life lately. */
    readonly instances: number;
    /** Times that missed messages were read from their record. */
    readonly replays: number;
    /** Times that memory was dropped because missed messages could not be had. */
    readonly flushes: number;
    /**
     * How long the last sign of life took from this instance to Redis and back, in milliseconds; `undefined` before
     * the first.
     */
    readonly lagMs: number | undefined;
  };
  /** The buffer of the policies that write back. */
  readonly writeBack: WriteBackStats;
  /** Calls of this instance, by what named the entries; a rule's are `event`. */
  readonly invalidations: Readonly<Record<InvalidatedBy, number>>;
  /** The same calls, by why. */
  readonly reasons: Readonly<Record<InvalidationReason, number>>;
  readonly latencyMs: {
    /** One command that reads entries, from when it was sent to the reply. */
    readonly redis: HistogramSnapshot;
    /** One run of a loader. */
    readonly load: HistogramSnapshot;
  };
}

/** What became of the calls of one policy, or of all of them; `has`, `ttl` and `inspect` count nowhere. */
export interface CacheOutcomes {
  readonly hitMemory: number;
  readonly hitRedis: number;
  readonly miss: number;
  /** Keys asked for past the cache, which was switched off, or by calls with the mode `'bypass'`: neither hits nor misses. */
  readonly bypass: number;
  /** Stale values served, while a refresh ran or because the loader failed: neither hits nor misses of a fresh value. */
  readonly stale: number;
  /** Loads begun in the background for a stale value. */
  readonly refreshes: number;
  /** Callers that waited for a load another caller had begun, in this process or in another. */
  readonly coalesced: number;
  readonly loads: number;
  readonly loadErrors: number;
  readonly sets: number;
  /** Loaded values that were not kept because an invalidation came during the load. */
  readonly fenced: number;
  /** Values over `maxEntrySize`: refused by `set`, not kept by loads and commits. */
  readonly tooLarge: number;
  /** Loads that were the only one of the fleet. */
  readonly leasesTaken: number;
  /** Loads that waited for the load of another process. */
  readonly leasesAwaited: number;
  /** Those of them that waited for all of `leaseWait`. */
  readonly leasesTimedOut: number;
}

/** Writes that are buffered, and what became of those that were. */
export interface WriteBackStats {
  /** Writes that are not in Redis yet. */
  readonly buffered: number;
  readonly bytes: number;
  /** Buffered writes that were sent, or had nothing left to send. */
  readonly flushed: number;
  /** Writes that found no room, and were written through. */
  readonly overflowed: number;
  /** Writes that could not be sent before `close`. */
  readonly dropped: number;
}
