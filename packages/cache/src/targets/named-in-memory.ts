import { idOf } from '../entries/address.ts';
import { NAMESPACE_TAG } from '../generations/generations.ts';
import type { AliveEntry, MemoryTier } from '../memory/memory-tier.ts';
import { matcherOf } from './spaced-pattern.ts';
import type { Invalidations } from './target.ts';

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
