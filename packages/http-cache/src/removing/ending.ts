import type { Cache, CacheSpace, DryRunReport, Entry, InvalidateOptions, InvalidationReport } from '@breakwater/cache';
import { variantKey } from '../rules/variants.ts';
import type { HttpEntry } from '../stored/entry.ts';
import type { PurgeMode } from './purge-options.ts';
import type { NamedEntries } from './purge-target.ts';

/** Ends stored responses, or says what would end. */
export interface Ending {
  end(named: NamedEntries, mode: PurgeMode, options: InvalidateOptions): Promise<InvalidationReport>;
  measure(named: NamedEntries): Promise<DryRunReport>;
}

export function createEnding(cache: Cache, space: CacheSpace<HttpEntry>): Ending {
  /** Of the URLs that have several responses, as far as their records know. */
  async function variantKeysOf(bases: readonly string[]): Promise<string[]> {
    const records = await Promise.all(bases.map(async (base) => ({ base, ...(await space.inspect(base)) })));
    return records.flatMap(({ base, memory, redis }) => variantKeysIn(base, redis ?? memory));
  }

  async function removeKeys(bases: readonly string[], options: InvalidateOptions): Promise<InvalidationReport> {
    // Without its record no variant can be reached; with them goes what they take up.
    return space.invalidate({ key: [...bases, ...(await variantKeysOf(bases))] }, options);
  }

  async function expireKeys(bases: readonly string[], options: InvalidateOptions): Promise<InvalidationReport> {
    // First, and then the records are read: from here on no variant comes that was made before, and those that came are in
    // them.
    const report = await space.expire({ key: bases }, options);
    const variants = await variantKeysOf(bases);
    return variants.length === 0 ? report : sum(report, await space.expire({ key: variants }, options));
  }

  return {
    end(named, mode, options) {
      const effect = mode === 'expire' ? 'expire' : 'invalidate';
      switch (named.by) {
        case 'tags':
          return cache[effect]({ tag: named.tags }, options);
        case 'pattern':
          return space[effect]({ pattern: named.pattern }, options);
        case 'keys':
          return mode === 'expire' ? expireKeys(named.keys, options) : removeKeys(named.keys, options);
      }
    },

    async measure(named) {
      switch (named.by) {
        case 'tags':
          return cache.dryRun({ tag: named.tags });
        case 'pattern':
          return space.dryRun({ pattern: named.pattern });
        case 'keys':
          return space.dryRun({ key: [...named.keys, ...(await variantKeysOf(named.keys))] });
      }
    },
  };
}

function variantKeysIn(base: string, entry: Entry<HttpEntry> | undefined): string[] {
  if (entry?.value.kind !== 'variants') return [];
  const record = entry.value;
  return record.variants.map(({ values }) => variantKey(base, record, values));
}

function sum(one: InvalidationReport, other: InvalidationReport): InvalidationReport {
  return {
    ...one,
    memoryEntries: one.memoryEntries + other.memoryEntries,
    redisKeys: one.redisKeys + other.redisKeys,
    shared: one.shared && other.shared,
    isComplete: one.isComplete && other.isComplete,
  };
}
