import type { BackgroundWork, Clock, Emitter, Histogram } from '@breakwater/core';
import type { CacheEvents } from './cache-events.ts';
import type { Encryption } from './encryption/encryption.ts';
import type { Address } from './entries/address.ts';
import type { ExpectedTags } from './generations/expected-tags.ts';
import type { Fence } from './generations/fence.ts';
import type { TagGenerations } from './generations/tag-generations.ts';
import type { Replay } from './invalidation/replay.ts';
import type { Leases } from './loading/leases.ts';
import type { LoadFailures } from './loading/load-failures.ts';
import type { MemoryTier } from './memory/memory-tier.ts';
import type { CacheMode } from './options/call-options.ts';
import type { RedisTier } from './redis/redis-tier.ts';
import type { KeyedQueue } from './writing/keyed-queue.ts';
import type { WaitingWrites } from './writing/waiting-writes.ts';
import type { WriteBack } from './writing/write-back.ts';

// Nearly every path takes both; what lies below the engine imports it from its own file.
export type { Call } from './call.ts';

/** What the calls of one cache work on: its tiers, and what protects them from what is out of date. */
export interface Engine {
  readonly clock: Clock;
  readonly memory: MemoryTier;
  /** Without Redis there is none, and nothing is shared. */
  readonly redis: RedisTier | undefined;
  readonly generations: TagGenerations;
  /** Raised by every invalidation and write: a load that began before must not be kept. */
  readonly loads: Fence;
  /**
   * Raised by those too, and wherever a reply of Redis may be from before a change: such a reply must not enter
   * memory.
   */
  readonly fills: Fence;
  /** Loaders that failed lately. */
  readonly failures: LoadFailures;
  /** Tags that loaders are likely to name. */
  readonly expectedTags: ExpectedTags;
  /** The leases of this process; without Redis there are none. */
  readonly leases: Leases | undefined;
  /** `bypass`: nothing is read from the tiers, nor kept in them; what is invalidated or written still leaves them. */
  mode: CacheMode;
  /** How many times messages of other instances were missed for good. */
  losses: number;
  /** Invalidations that Redis has not taken yet: they are sent before anything is read from it. */
  readonly replay: Replay;
  /** Writes that Redis, or a source, is to get later: reads look here before they ask Redis. */
  readonly writeBack: WriteBack;
  readonly waitingWrites: WaitingWrites;
  /** Keeps the writes of a key to its source in order, by the key's id. */
  readonly sourceQueue: KeyedQueue;
  readonly background: BackgroundWork;
  readonly events: Emitter<CacheEvents>;
  readonly latency: { readonly redis: Histogram; readonly load: Histogram };
  readonly encryption: Encryption | undefined;
  /** An entry's key in Redis. */
  readonly placeOf: (address: Address) => string;
  readonly maxEntryBytes: number;
  readonly tombstoneTtlMs: number;
  unreadableFrames: number;
}
