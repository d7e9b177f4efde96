import type { Subscribable } from '@breakwater/core';
import type { Agreement } from './bus/agreement.ts';
import type { CacheEvents } from './cache-events.ts';
import type { Entry } from './entries/entry.ts';
import type {
  CacheInspection,
  DryRunOptions,
  DryRunReport,
  EntryInspection,
  KeyPage,
  KeysOptions,
} from './inspection/inspection.ts';
import type { AuditRecord, InvalidateOptions, InvalidationReport } from './invalidation/invalidation.ts';
import type { Rules } from './invalidation/rules.ts';
import type { Filling, Reservation } from './loading/filling.ts';
import type { BatchLoader, Loader } from './loading/loader.ts';
import type {
  CacheMode,
  FillOptions,
  Found,
  LoadCallOptions,
  ReadOptions,
  Sourced,
  WrapOptions,
  WriteOptions,
} from './options/call-options.ts';
import type { SpaceOptions } from './options/space-options.ts';
import type { CacheStats } from './stats.ts';
import type { InvalidationTarget } from './targets/target.ts';

/**
 * A tiered cache: memory in front of Redis, or memory alone. Made by `createCache`.
 *
 * Any call may reject (those without a promise throw) with a `CacheInputError` for a key, tag or policy that cannot be, and with
 * an `OptionError` `ERR_CACHE_OPTION` for its options. Redis being away is no error: each call says what it does then.
 */
export interface Cache<PolicyName extends string = string>
  extends Subscribable<CacheEvents>,
    CacheInspection,
    Agreement {
  /** The cached value, `undefined` on a miss. `lookup` tells a cached `undefined` from a miss. */
  get<Value>(key: string, options?: ReadOptions<PolicyName>): Promise<Value | undefined>;

  /** The entry and the tier it came from, `undefined` on a miss. A Redis hit fills memory. */
  lookup<Value>(key: string, options?: ReadOptions<PolicyName>): Promise<Found<Value> | undefined>;

  /** The entry if memory holds it fresh: synchronous, touches no Redis, counts as a hit but never as a miss. */
  peek<Value>(key: string, options?: ReadOptions<PolicyName>): Entry<Value> | undefined;

  /**
   * The values of those `keys` that are cached, in the order of `keys`; a key that neither tier has is not in the map. Redis
   * is asked for all of them together.
   */
  getMany<Value>(keys: readonly string[], options?: ReadOptions<PolicyName>): Promise<Map<string, Value>>;

  /** Whether {@link Cache.get} would find it; counted neither as a hit nor as a miss. */
  has(key: string, options?: ReadOptions<PolicyName>): Promise<boolean>;

  /** Those of `keys` that {@link Cache.has} is true of. Redis is asked for all of them together. */
  hasMany(keys: readonly string[], options?: ReadOptions<PolicyName>): Promise<Set<string>>;

  /** Milliseconds the entry is still fresh, `undefined` where there is none; counted neither as a hit nor as a miss. */
  ttl(key: string, options?: ReadOptions<PolicyName>): Promise<number | undefined>;

  /**
   * What memory and Redis have of the key, for whoever wants to know why it is served or not: counted nowhere, and memory is
   * not filled. Nothing while the mode is `'bypass'`.
   */
  inspect<Value>(key: string, options?: ReadOptions<PolicyName>): Promise<EntryInspection<Value>>;

  /**
   * Writes both tiers and tells the other instances. Resolves also when Redis is away: then memory alone holds the value, and
   * the one before it is removed from Redis when that is back. Of writes to one key the last wins; a load of this process
   * that began before a write loses to it. Plain objects and arrays in the value are frozen, deeply.
   *
   * With a `source` in the policy the value goes there first, as the policy's `write` says, and what the source throws is the
   * error of this call; the cache is then as it was.
   *
   * @throws CacheInputError `ERR_CACHE_VALUE` for a value that the cache's codecs cannot hold, or one over `maxEntrySize`.
   */
  set<Value>(key: string, value: Value, options?: WriteOptions<PolicyName>): Promise<void>;

  /** {@link Cache.set} for every pair, written to Redis together. Where one value is refused, none is stored. */
  setMany<Value>(entries: Iterable<readonly [string, Value]>, options?: WriteOptions<PolicyName>): Promise<void>;

  /**
   * The cached value, or the loader's, stored. One load per key and process runs at a time; the others wait for it. What the
   * loader throws reaches every waiter and nothing is stored. A value whose key or tag was invalidated while it was being
   * loaded is returned to those who waited, and not kept. Plain objects and arrays in what is kept are frozen, deeply, before
   * anybody gets it. Beyond its `ttl` an entry is served as `staleWhileRevalidate` and `staleIfError` say; no other call
   * finds it then.
   *
   * @throws LoadTimeoutError, CircularLoadError
   */
  getOrLoad<Value>(key: string, loader: Loader<Value>, options?: LoadCallOptions<PolicyName>): Promise<Value>;
  /**
   * The same from the `source` of the policy; `undefined` where that has no such key.
   *
   * @throws CacheInputError `ERR_CACHE_LOADER` for a policy without a source to load from.
   */
  getOrLoad<Value>(key: string, options?: LoadCallOptions<PolicyName>): Promise<Value | undefined>;

  /** {@link Cache.getOrLoad} with where the value is from. */
  lookupOrLoad<Value>(
    key: string,
    loader: Loader<Value>,
    options?: LoadCallOptions<PolicyName>,
  ): Promise<Sourced<Value>>;
  lookupOrLoad<Value>(key: string, options?: LoadCallOptions<PolicyName>): Promise<Sourced<Value | undefined>>;

  /**
   * The cached values, and the loader's for those that no tier has, stored: {@link Cache.getOrLoad} for many keys, with one
   * run of the loader. A key that another call is loading already is waited for, and not given to the loader.
   *
   * @returns the values in the order of `keys`, without those the loader gave none for.
   */
  loadMany<Value>(
    keys: readonly string[],
    loader: BatchLoader<Value>,
    options?: LoadCallOptions<PolicyName>,
  ): Promise<Map<string, Value>>;
  /** The same from the `source` of the policy: its `loadMany`, or `load` for each. */
  loadMany<Value>(keys: readonly string[], options?: LoadCallOptions<PolicyName>): Promise<Map<string, Value>>;

  /** `load` behind this cache: each call is a {@link Cache.getOrLoad} under the key that `options.key` makes of its arguments. */
  wrap<Arguments extends readonly unknown[], Value>(
    load: (...values: Arguments) => Value | Promise<Value>,
    options: WrapOptions<Arguments, PolicyName>,
  ): (...values: Arguments) => Promise<Value>;

  /**
   * What protects {@link Cache.getOrLoad} against invalidations during the load, for work that cannot be a loader (a response
   * that streams): take the reservation before the work, and commit the value after it.
   */
  reserve(key: string, options?: WriteOptions<PolicyName>): Promise<Reservation>;

  /**
   * {@link Cache.reserve} for one process of the fleet: while another one fills the key, this call waits for that, no longer
   * than `leaseWait`. The lease is renewed until the reservation is committed or abandoned.
   *
   * @returns `undefined` where the key was filled, before the call or meanwhile: it can be read.
   */
  reserveToFill(key: string, options?: FillOptions<PolicyName>): Promise<Filling | undefined>;

  /** Removes entries from both tiers here, and from the memory of every other instance. */
  invalidate(target: InvalidationTarget, options?: InvalidateOptions): Promise<InvalidationReport>;

  /**
   * Ends the freshness of entries, as if their `ttl` ended now: each is served stale for as long as its
   * `staleWhileRevalidate` and `staleIfError` say, and is loaded again by the next `getOrLoad`. One that has neither leaves.
   * As with {@link Cache.invalidate}, a load that began before is not kept.
   */
  expire(target: InvalidationTarget, options?: InvalidateOptions): Promise<InvalidationReport>;

  /**
   * Rules that turn events of the application into invalidations: `rules.on(event, rule)`, then `rules.emit(event, payload)`.
   * `Events` types the payloads by the names of the events.
   */
  rules<Events extends object>(): Rules<Events>;

  /** The last invalidations of this instance, and those it heard of, the newest first: `invalidation.auditSize` at most. */
  audit(): readonly AuditRecord[];

  /**
   * {@link Cache.invalidate} of everything that was written with `subject`. The key that encrypts it in Redis is deleted, so
   * that nobody can read what is left of it there, nor in copies of Redis that are made from now on. Call it again until the
   * report's `shared` is true: an invalidation that Redis has not taken yet is lost if the process ends.
   *
   * @throws CacheInputError `ERR_CACHE_SUBJECT`.
   */
  forget(subject: string): Promise<InvalidationReport>;

  /**
   * {@link Cache.invalidate} of one key. A `source` of the policy is to `remove` it first.
   *
   * @returns whether this instance's memory or Redis held it.
   */
  delete(key: string, options?: ReadOptions<PolicyName>): Promise<boolean>;

  /**
   * {@link Cache.get}, and the key is invalidated: for a value that is to be used once. At most one of all callers in all
   * instances gets it; while Redis is away, at most one in each instance whose memory holds it. A value that Redis does not
   * have (any more, or since it was away when that was written) is given to nobody: another instance may have taken it. What is
   * set meanwhile is what it takes, or stays.
   */
  take<Value>(key: string, options?: ReadOptions<PolicyName>): Promise<Value | undefined>;

  /** {@link Cache.invalidate} of everything in the namespace, spaces included. */
  clear(options?: InvalidateOptions): Promise<InvalidationReport>;

  /**
   * A part of this cache with keys of its own and a codec of its own. Tiers, tags, bus and statistics are shared. Calls that
   * name no policy are counted under one of the space's name.
   *
   * @throws OptionError `ERR_CACHE_OPTION`, also where the name is in use with another codec or another `finds`.
   */
  space<Value>(name: string, options: SpaceOptions<Value>): CacheSpace<Value>;

  /**
   * `'bypass'` switches the cache off, in this process: reads find nothing, loaders run for each caller, and nothing is kept. What
   * is invalidated, or written, still leaves the tiers everywhere, so that `'cached'` may switch it on again at any time.
   * Counted as `bypass`, apart from hits and misses.
   *
   * @throws OptionError `ERR_CACHE_OPTION`.
   */
  setMode(mode: CacheMode): void;

  /** What `setMode` said last. */
  readonly mode: CacheMode;

  stats(): CacheStats;

  /**
   * Sends every buffered write now, and waits for refreshes under way. Before a process ends, `close` does it.
   *
   * @returns how many writes could not be sent; they stay buffered.
   */
  drain(): Promise<{ readonly buffered: number }>;

  /**
   * Sends buffered writes, waits for background work (refreshes under way, too), gives up the leases of other loads, closes
   * the bus. Calls under way come to their end, and the Redis client stays its owner's. Idempotent.
   */
  close(): Promise<void>;
}

/**
 * {@link Cache}'s calls over the keys of one space. A pattern matches those alone; tags are those of the whole cache.
 */
export interface CacheSpace<Value> {
  /** The calls that need no promise, in a cache without Redis; `undefined` in one with it. */
  readonly atOnce: SpaceAtOnce<Value> | undefined;
  lookup(key: string, options?: ReadOptions): Promise<Found<Value> | undefined>;
  peek(key: string, options?: ReadOptions): Entry<Value> | undefined;
  inspect(key: string, options?: ReadOptions): Promise<EntryInspection<Value>>;
  set(key: string, value: Value, options?: WriteOptions): Promise<void>;
  reserve(key: string, options?: WriteOptions): Promise<Reservation<Value>>;
  reserveToFill(key: string, options?: FillOptions): Promise<Filling<Value> | undefined>;
  invalidate(target: InvalidationTarget, options?: InvalidateOptions): Promise<InvalidationReport>;
  expire(target: InvalidationTarget, options?: InvalidateOptions): Promise<InvalidationReport>;
  keys(pattern: string, options?: KeysOptions): Promise<KeyPage>;
  dryRun(target: InvalidationTarget, options?: DryRunOptions): Promise<DryRunReport>;
}

/** {@link CacheSpace}'s calls, without a promise. */
export interface SpaceAtOnce<Value> {
  lookup(key: string, options?: ReadOptions): Found<Value> | undefined;
  reserve(key: string, options?: WriteOptions): Reservation<Value>;
}
