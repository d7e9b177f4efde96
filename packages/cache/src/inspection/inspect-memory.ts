import { idOf, keyIn } from '../entries/address.ts';
import { NAMESPACE_TAG } from '../generations/generations.ts';
import { matchesGlob } from '../invalidation/glob.ts';
import type { Invalidations } from '../invalidation/outbox.ts';
import { matcherOf } from '../invalidation/spaced-pattern.ts';
import type { AliveEntry, MemoryTier } from '../memory/memory-tier.ts';
import type { Extent, KeyPage } from './inspection.ts';

/** The entries in memory that an invalidation would end. */
export function* namedInMemory(memory: MemoryTier, { keys, tags, patterns }: Invalidations): Generator<AliveEntry> {
  const ids = new Set(keys.map(([space, key]) => idOf(space, key)));
  const named = new Set(tags);
  const matchers = patterns.map(matcherOf);
  for (const one of memory.alive()) {
    const isNamed =
      ids.has(one.id) ||
      named.has(NAMESPACE_TAG) ||
      one.held.entry.tags.some((tag) => named.has(tag)) ||
      matchers.some((matches) => matches(one.id));
    if (isNamed) yield one;
  }
}

export function measureMemory(memory: MemoryTier, wanted: Invalidations): Extent {
  let entries = 0;
  let bytes = 0;
  for (const one of namedInMemory(memory, wanted)) {
    entries += 1;
    bytes += one.bytes;
  }
  return { entries, bytes };
}

/** The keys that match and come after `after`, in the order of their characters. */
export function pageOfMemory(
  memory: MemoryTier,
  [space, glob]: readonly [string, string],
  { limit, after }: { readonly limit: number; readonly after: string },
): KeyPage {
  const matching: string[] = [];
  for (const { id } of memory.alive()) {
    const key = keyIn(space, id);
    if (key !== undefined && key > after && matchesGlob(glob, key)) matching.push(key);
  }
  const keys = matching.toSorted().slice(0, limit);
  return { keys, cursor: matching.length > limit ? keys.at(-1) : undefined };
}
