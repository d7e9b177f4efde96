import { checks } from '../errors.ts';
import type { LoadContext } from '../loading/loader.ts';

/**
 * A user's database or service behind a cache. A policy with a source reads through it (`getOrLoad` and `loadMany`
 * without a loader) and writes to it as the policy's `write` says. Every method may be left out: the caller then does
 * that work itself.
 */
export interface Source<Value = unknown> {
  /** The value of a key, as a loader gives it; `undefined` where there is none, which is cached as any value is. */
  load?(key: string, context: LoadContext): Value | undefined | Promise<Value | undefined>;
  /** The values of those keys that have one. */
  loadMany?(keys: readonly string[]): ReadonlyMap<string, Value> | Promise<ReadonlyMap<string, Value>>;
  /**
   * Stores a value; what it throws, or rejects with, is the error of `set`. It may be called again with what it has
   * stored already.
   */
  store?(key: string, value: Value): unknown;
  /** {@link Source.store} for many: all of them, or none. */
  storeMany?(entries: ReadonlyMap<string, Value>): unknown;
  /** Removes a key, for `delete`. */
  remove?(key: string): unknown;
}

const METHODS = Object.freeze(['load', 'loadMany', 'store', 'storeMany', 'remove'] as const);

/** @throws OptionError `ERR_CACHE_OPTION`. */
export function checkSource(option: string, source: Source | undefined): Source | undefined {
  if (source === undefined) return undefined;
  // An instance of a class will do: what is not a method of ours is its own.
  if (source === null || typeof source !== 'object')
    throw checks.failure(option, 'a source with load or store', source);
  for (const name of METHODS) if (source[name] !== undefined) checks.callable(`${option}.${name}`, source[name]);
  if (METHODS.every((name) => source[name] === undefined)) {
    throw checks.failure(option, `an object with at least one of ${METHODS.join(', ')}`, source);
  }
  return source;
}

/** Whether `set` writes to it. */
export function takesWrites(source: Source | undefined): source is Source {
  return source?.store !== undefined || source?.storeMany !== undefined;
}
