import type { Duration } from '@breakwater/core';
import type { Entry } from './entry.ts';

export type Loader<Value> = (key: string, context: LoadContext) => Value | Promise<Value>;

/** What a loader can say of its load, until it is done. */
export interface LoadContext {
  /** Aborts when the policy's `load.hardTimeout` is over, or when nobody waits for the load any more: for `fetch` and the like. */
  readonly signal: AbortSignal;
  /** The lifetime of this entry, before the call's and the policy's. @throws OptionError `ERR_CACHE_OPTION`. */
  setTtl(ttl: Duration): void;
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
