import type { Duration } from '@breakwater/core';
import type { Entry } from '../entries/entry.ts';

/** Makes the value of a key that no tier has fresh. What it throws is the error of the calls that wait for it. */
export type Loader<Value> = (key: string, context: LoadContext) => Value | Promise<Value>;

/** What a loader can say about its load, for as long as it runs. */
export interface LoadContext {
  /** Aborts when the policy's `load.hardTimeout` is over, or when nobody waits for the load any more: for `fetch` and the like. */
  readonly signal: AbortSignal;
  /** The lifetime of this entry, in place of the call's and the policy's. @throws OptionError `ERR_CACHE_OPTION`. */
  setTtl(ttl: Duration): void;
  /**
   * Further tags of this entry, for those that only the value tells. Until this process has once loaded the key with
   * such a tag, the value is not kept if any tag of the namespace is invalidated or expired during the load.
   *
   * @throws CacheInputError `ERR_CACHE_TAG`.
   */
  addTags(tags: readonly string[]): void;
  /**
   * What the source calls this version of the value, such as an ETag: `stale()` has it at the next load. A loader
   * that returns `stale().value` renews the entry with the validator and the tags it had. At most 1 KB.
   *
   * @throws OptionError `ERR_CACHE_OPTION`.
   */
  setValidator(validator: string): void;
  /** The value is returned to whoever waits, and not kept. */
  skip(): void;
  /**
   * The entry that this load is to replace, for asking the source whether it has changed; `undefined` where there is
   * none.
   */
  stale<Value>(): Entry<Value> | undefined;
}

/** Gets the keys that no tier has, each once, and gives their values by key; a key it leaves out has none. */
export type BatchLoader<Value> = (
  keys: readonly string[],
  context: BatchContext,
) => ReadonlyMap<string, Value> | Promise<ReadonlyMap<string, Value>>;

/** What a batch loader is told of its run. */
export interface BatchContext {
  /** Aborts when none of the keys is waited for any more. */
  readonly signal: AbortSignal;
}
