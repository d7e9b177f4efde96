import { keyIn } from '../entries/address.ts';
import type { MemoryTier } from '../memory/memory-tier.ts';
import { matchesGlob } from '../targets/glob.ts';
import { namedInMemory } from '../targets/named-in-memory.ts';
import type { Invalidations } from '../targets/target.ts';
import type { Extent, KeyPage } from './inspection.ts';

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
