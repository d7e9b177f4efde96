import { type Duration, type Size, withDefaults } from '@breakwater/core';
import { checks } from '../errors.ts';

/** Where `set` puts a value, and when. */
export type WriteStrategy = (typeof WRITE_STRATEGIES)[number];

export const WRITE_STRATEGIES = Object.freeze(['through', 'back', 'around'] as const);

/** The buffer of the policies that write back. */
export interface WriteBackOptions {
  /**
   * Buffered writes that begin a flush, and that one flush takes at a time.
   * @default 100
   */
  readonly batch?: number;
  /**
   * How long a write is buffered at most before a flush begins.
   * @default '5s'
   */
  readonly interval?: Duration;
  /**
   * Buffered writes at most, of keys that differ; a write that finds no room is written through.
   * @default 10_000
   */
  readonly maxEntries?: number;
  /**
   * Bytes of all buffered writes together, counted as memory counts them.
   * @default '32mb'
   */
  readonly maxSize?: Size;
}

export const WRITE_BACK_DEFAULTS = Object.freeze({
  batch: 100,
  interval: '5s',
  maxEntries: 10_000,
  maxSize: '32mb',
}) satisfies WriteBackOptions;

export interface ResolvedWriteBack {
  readonly batch: number;
  readonly intervalMs: number;
  readonly maxEntries: number;
  readonly maxBytes: number;
}

/** @throws OptionError `ERR_CACHE_OPTION`. */
export function resolveWriteBack(given: WriteBackOptions): ResolvedWriteBack {
  checks.known('writeBack', given, Object.keys(WRITE_BACK_DEFAULTS));
  const options = withDefaults<WriteBackOptions, typeof WRITE_BACK_DEFAULTS>(given, WRITE_BACK_DEFAULTS);
  return {
    batch: checks.integer('writeBack.batch', options.batch, { max: 10_000 }),
    intervalMs: checks.duration('writeBack.interval', options.interval),
    maxEntries: checks.integer('writeBack.maxEntries', options.maxEntries, { max: 10_000_000 }),
    maxBytes: checks.size('writeBack.maxSize', options.maxSize),
  };
}
