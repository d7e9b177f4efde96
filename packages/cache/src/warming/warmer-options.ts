import { type Duration, withDefaults } from '@breakwater/core';
import { checks } from '../errors.ts';
import { checkTags } from '../input.ts';
import type { BatchLoader, Loader } from '../loading/loader.ts';

/** What a warmer warms, how quickly, and what it hands on to the next process. */
export interface WarmerOptions<PolicyName extends string = string> {
  /** What to warm, by name; in this order, one set after the other. */
  readonly sets?: Readonly<Record<string, WarmSet<PolicyName>>>;
  /**
   * Loads under way at a time.
   * @default 10
   */
  readonly concurrency?: number;
  /** Where the keys of sets whose `keys` are `'hot'` are kept from one process to the next. */
  readonly manifest?: ManifestOptions;
}

/** Keys that are warmed together, and where their values come from. */
export interface WarmSet<PolicyName extends string = string> {
  /**
   * The keys, or a function that gives them for each run. `'hot'`: at the start those of this set's policy that were
   * read last when the process before this one ended; later those of this process.
   */
  readonly keys: 'hot' | readonly string[] | (() => Iterable<string> | Promise<Iterable<string>>);
  /** @default 'default' */
  readonly policy?: PolicyName;
  /** Of every entry, beside those of the policy. @default [] */
  readonly tags?: readonly string[];
  /** Loads what the cache lacks. Without it and `loadMany` the source of the policy does. @default none */
  readonly load?: Loader<unknown>;
  /** The same for many keys at once. @default none */
  readonly loadMany?: BatchLoader<unknown>;
  /**
   * `'cached'` loads what the cache lacks; `'refresh'` loads all keys, and replaces what is cached.
   * @default 'cached'
   */
  readonly mode?: 'cached' | 'refresh';
  /** How long after a run of this set the next begins. @default none: at the start alone */
  readonly every?: Duration;
}

/** How the hot keys of a process come to the next one. */
export interface ManifestOptions {
  /**
   * Keys at most.
   * @default 1000
   */
  readonly maxKeys?: number;
  /**
   * How long they are kept where no process comes.
   * @default '1d'
   */
  readonly ttl?: Duration;
  /**
   * A file to keep them in, too, for a cache without Redis.
   * @default none
   */
  readonly file?: string;
}

export const WARMER_DEFAULTS = Object.freeze({ concurrency: 10 }) satisfies WarmerOptions;

export const MANIFEST_DEFAULTS = Object.freeze({ maxKeys: 1000, ttl: '1d' }) satisfies ManifestOptions;

export interface ResolvedSet {
  readonly name: string;
  readonly keys: WarmSet['keys'];
  readonly policy: string;
  readonly tags: readonly string[];
  readonly mode: 'cached' | 'refresh';
  readonly load: Loader<unknown> | undefined;
  readonly loadMany: BatchLoader<unknown> | undefined;
  readonly everyMs: number | undefined;
}

export interface ResolvedManifest {
  readonly maxKeys: number;
  readonly ttlMs: number;
  readonly file: string | undefined;
}

export interface ResolvedWarmer {
  readonly sets: readonly ResolvedSet[];
  readonly concurrency: number;
  readonly manifest: ResolvedManifest;
}

/** @throws OptionError `ERR_CACHE_OPTION`, CacheInputError `ERR_CACHE_TAG`. */
export function resolveWarmer(given: WarmerOptions): ResolvedWarmer {
  checks.known('warmer', given, ['sets', 'concurrency', 'manifest']);
  const { sets = {}, concurrency, manifest = {} } = withDefaults(given, WARMER_DEFAULTS);
  if (sets === null || typeof sets !== 'object') throw checks.failure('sets', 'an object of sets by name', sets);
  return {
    sets: Object.entries(sets).map(([name, set]) => resolveSet(name, set)),
    concurrency: checks.integer('concurrency', concurrency, { max: 10_000 }),
    manifest: resolveManifest(manifest),
  };
}

function resolveSet(name: string, set: WarmSet): ResolvedSet {
  const path = `sets.${name}`;
  checks.known(path, set, ['keys', 'policy', 'tags', 'mode', 'load', 'loadMany', 'every']);
  const { keys, policy = 'default', tags = [], mode = 'cached', load, loadMany, every } = set;
  if (keys !== 'hot' && typeof keys !== 'function' && !Array.isArray(keys)) {
    throw checks.failure(`${path}.keys`, "'hot', an array of keys, or a function that gives them", keys);
  }
  if (load !== undefined) checks.callable(`${path}.load`, load);
  if (loadMany !== undefined) checks.callable(`${path}.loadMany`, loadMany);
  if (load && loadMany) throw checks.failure(path, 'a set with one of load and loadMany', set);
  const everyMs = every === undefined ? undefined : checks.duration(`${path}.every`, every, { max: MAX_TIMER_MS });
  return {
    name,
    keys,
    policy: checks.text(`${path}.policy`, policy),
    tags: checkTags(tags),
    mode: checks.oneOf(`${path}.mode`, mode, ['cached', 'refresh']),
    load,
    loadMany,
    everyMs,
  };
}

/** A longer timer of Node's ends at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

function resolveManifest(given: ManifestOptions): ResolvedManifest {
  checks.known('manifest', given, ['maxKeys', 'ttl', 'file']);
  const { maxKeys, ttl, file } = withDefaults<ManifestOptions, typeof MANIFEST_DEFAULTS>(given, MANIFEST_DEFAULTS);
  return {
    maxKeys: checks.integer('manifest.maxKeys', maxKeys, { max: 100_000 }),
    ttlMs: checks.duration('manifest.ttl', ttl),
    file: file === undefined ? undefined : checks.text('manifest.file', file),
  };
}
