import type { Duration } from '@breakwater/core';
import type { Entry } from '../entries/entry.ts';

export type Loader<Value> = (key: string, context: LoadContext) => Value | Promise<Value>;

/** What a loader can say of its load, until it is done. */
export interface LoadContext {
  /** Aborts when the policy's `load.hardTimeout` is over, or when nobody waits for the load any more: for `fetch` and the like. */
  readonly signal: AbortSignal;
  /** The lifetime of this entry, before the call's and the policy's. @throws OptionError `ERR_CACHE_OPTION`. */
  setTtl(ttl: Duration): void;
  /**
   * Tags of this entry, beside its call's and its policy's: those that only the value tells. Until this process has once loaded
   * the key with such a tag, the value is not kept where any tag of the namespace is invalidated or expired during the load.
   *
   * @throws CacheInputError `ERR_CACHE_TAG`.
   */
  addTags(tags: readonly string[]): void;
  /**
   * What the source names this version of the value by, such as an ETag: `stale()` has it at the next load. A loader that
   * returns `stale().value` renews the entry with the validator and the tags it had. At most 1 KB.
   *
   * @throws OptionError `ERR_CACHE_OPTION`.
   */
  setValidator(validator: string): void;
  /** Whoever waits gets the value, and it is not kept. */
  skip(): void;
  /** The entry that this load is to replace, for a request that asks whether it changed; `undefined` where there is none. */
  stale<Value>(): Entry<Value> | undefined;
}

/** Gets the keys that no tier has, each once, and gives their values by key; a key it leaves out has none. */
export type BatchLoader<Value> = (
  keys: readonly string[],
  context: BatchContext,
) => ReadonlyMap<string, Value> | Promise<ReadonlyMap<string, Value>>;

export interface BatchContext {
  /** Aborts when none of the keys is waited for any more. */
  readonly signal: AbortSignal;
}
