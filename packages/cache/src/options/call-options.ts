import type { Duration } from '@breakwater/core';
import type { Entry } from '../entries/entry.ts';
import { checks } from '../errors.ts';
import type { LOAD_MODES } from './load-options.ts';

/** An entry, and the tier that it was found in. */
export interface Found<Value> {
  readonly entry: Entry<Value>;
  readonly tier: 'memory' | 'redis';
}

/** A value, and where it came from. */
export interface Sourced<Value> {
  readonly value: Value;
  /** `coalesced`: from a load that another caller had begun, here or elsewhere. `stale`: its `ttl` is over. */
  readonly source: 'memory' | 'redis' | 'stale' | 'loader' | 'coalesced';
}

/** Options of calls that read. */
export interface ReadOptions<PolicyName extends string = string> {
  /**
   * The policy that the read is counted under, and whose `redis` group says how an entry is decoded: name the one that it was
   * written with.
   * @default 'default'
   */
  readonly policy?: PolicyName;
}

/** Options of calls that may run a loader. */
export interface LoadCallOptions<PolicyName extends string = string> extends WriteOptions<PolicyName> {
  /**
   * Ends the waiting of this caller with the signal's reason. The load goes on for others that wait for it; with its last
   * waiter it is aborted. A value that is there at once is returned even if the signal has aborted.
   */
  readonly signal?: AbortSignal;
  /**
   * `'refresh'` loads whatever is cached and puts it in its place, also where a load is under way, which is not kept then; the
   * loader's error reaches this caller. `'bypass'` runs the loader for this caller alone: the cache is neither read nor
   * written, nor does the policy's `load` apply.
   * @default 'cached'
   */
  readonly mode?: LoadMode;
}

/** What a call has a loader run for, see {@link LoadCallOptions.mode}. */
export type LoadMode = (typeof LOAD_MODES)[number];

/** What `setMode` sets for all calls of a cache. */
export type CacheMode = Exclude<LoadMode, 'refresh'>;

/** Options of calls that write. */
export interface WriteOptions<PolicyName extends string = string> {
  /** A name from `createCache`'s `policies`, whose values apply where this call gives none. @default 'default' */
  readonly policy?: PolicyName;
  /** How long the entry is fresh. @default the policy's */
  readonly ttl?: Duration;
  /** How long beyond `ttl` `getOrLoad` serves it at once, and refreshes it in the background. @default the policy's */
  readonly staleWhileRevalidate?: Duration;
  /** How long beyond `ttl` `getOrLoad` serves it where the loader fails. @default the policy's */
  readonly staleIfError?: Duration;
  /** Added to the policy's tags. An empty text is no tag and is refused. */
  readonly tags?: readonly string[];
  /**
   * Whom the entry is about: in Redis it is encrypted with a key of this subject's own, until {@link Cache.forget}.
   * With Redis, `encryption.keys` must be given.
   * @default the policy's
   */
  readonly subject?: string;
}

/** Options of `wrap`: how a call names its key, and what a write takes. */
export interface WrapOptions<Arguments extends readonly unknown[], PolicyName extends string = string>
  extends WriteOptions<PolicyName> {
  /** The key of a call. Calls whose values differ must not share one. */
  readonly key: (...values: Arguments) => string;
}

/** Options of `reserveToFill`. */
export interface FillOptions<PolicyName extends string = string> extends WriteOptions<PolicyName> {
  /** The entry that is to be replaced although it is fresh. @default none */
  readonly over?: Entry<unknown>;
  /** The longest wait for another process that fills the key. @default the policy's `load.leaseWait` */
  readonly leaseWait?: Duration;
}

/** Options of a reservation's `commit`. */
export type CommitOptions = Pick<WriteOptions, 'ttl' | 'staleWhileRevalidate' | 'staleIfError' | 'tags'>;

type CallOption = keyof LoadCallOptions | keyof FillOptions | keyof WrapOptions<readonly unknown[]>;

const CALL_OPTIONS: Readonly<Record<CallOption, true>> = Object.freeze({
  policy: true,
  ttl: true,
  staleWhileRevalidate: true,
  staleIfError: true,
  tags: true,
  subject: true,
  signal: true,
  mode: true,
  over: true,
  leaseWait: true,
  key: true,
});

const NAMES: ReadonlySet<string> = new Set(Object.keys(CALL_OPTIONS));

/**
 * Refuses what is no object of options (a lifetime in its place, or `null`: only `undefined` is none), and an option that no
 * call takes: misspelt, it would be ignored. One that only other calls take may be there, since one object may be given to
 * several.
 *
 * @throws OptionError `ERR_CACHE_OPTION`.
 */
export function checkCallOptions(options: unknown): void {
  if (options === undefined || areTaken(options)) return;
  checks.known('options', options, [...NAMES]);
}

/** As `checks.known` asks, without a list of the names: every `set` passes here. */
function areTaken(options: unknown): boolean {
  if (typeof options !== 'object' || options === null) return false;
  for (const name in options) if (!NAMES.has(name)) return false;
  return true;
}
