import type { Duration } from '@breakwater/core';
import type { Entry } from '../entries/entry.ts';
import type { InvalidationTarget } from '../targets/target.ts';

/** What a cache says of what it holds. Nothing here is for a request's path: Redis is walked. */
export interface CacheInspection {
  /**
   * What {@link Cache.invalidate} of `target` would end; it touches nothing. Memory is counted exactly. In Redis keys
   * are looked up, and for all other targets the keyspace is walked, for as long as the budget allows.
   *
   * @throws CacheInputError of the part of the target that is wrong, OptionError `ERR_CACHE_OPTION`.
   */
  dryRun(target: InvalidationTarget, options?: DryRunOptions): Promise<DryRunReport>;

  /**
   * The keys that match, a page at a time: `*` and `?` are wild, every other character stands for itself. A page may hold a key
   * of an entry that has ended by its tag and has not left Redis yet, a key twice, or none at all; no key is left out that was
   * there throughout.
   *
   * @throws CacheInputError `ERR_CACHE_PATTERN`, OptionError `ERR_CACHE_OPTION`.
   */
  keys(pattern: string, options?: KeysOptions): Promise<KeyPage>;

  /** What is known of a tag. @throws CacheInputError `ERR_CACHE_TAG`. */
  describeTag(tag: string): Promise<TagDescription>;

  /**
   * Keys that were read from this instance's memory, the newest first: what a process that starts wants to have
   * again. Entries about a subject are left out. It walks all of memory.
   *
   * @throws OptionError `ERR_CACHE_OPTION`.
   */
  hotKeys(limit: number): readonly HotKey[];
}

/** What each tier has of a key, fresh or stale; `undefined` where it has nothing that is still of use. */
export interface EntryInspection<Value = unknown> {
  readonly memory: Entry<Value> | undefined;
  readonly redis: Entry<Value> | undefined;
  /** The entry's tags, and of each the generation that it stands on. */
  readonly tags: readonly { readonly tag: string; readonly generation: string }[];
}

/** A key that was read, and the policy to load it by. */
export interface HotKey {
  readonly key: string;
  /** The policy that it was written or read under. */
  readonly policy: string;
}

/** Bounds what `dryRun` may cost Redis. */
export interface DryRunOptions {
  /** How long Redis is walked. @default '1s' */
  readonly budget?: Duration;
}

/** How many entries, and how large. */
export interface Extent {
  readonly entries: number;
  /** In memory as they count for its bound, in Redis the length of what is stored. */
  readonly bytes: number;
}

/** What an invalidation would end. */
export interface DryRunReport {
  readonly memory: Extent;
  /** Nothing without Redis. `isComplete` is false where the budget ended first, or Redis did not answer. */
  readonly redis: Extent & { readonly isComplete: boolean };
  /** Tags that would end: those named, then those that depend on them. */
  readonly tags: readonly string[];
}

/** Which page of the keys, and how long it is. */
export interface KeysOptions {
  /** How many keys a page is about; the last step of the walk may bring more. @default 100 */
  readonly limit?: number;
  /** That of the page before. @default the first page */
  readonly cursor?: string | undefined;
}

/** Some of the keys that match, and where to go on. */
export interface KeyPage {
  readonly keys: readonly string[];
  /** For the next page; `undefined` after the last. */
  readonly cursor: string | undefined;
}

/** What is known of a tag. */
export interface TagDescription {
  readonly tag: string;
  /** Where Redis has it, or this process alone; `undefined` where nothing carries the tag, or Redis does not answer. */
  readonly generation: string | undefined;
  /** When it was expired last, at most four times, milliseconds since the epoch. */
  readonly expiredAtMs: readonly number[];
  /** Entries in this instance's memory that carry it. */
  readonly memory: Extent;
  /** Tags that end with it. */
  readonly dependents: readonly string[];
}
