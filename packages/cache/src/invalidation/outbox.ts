import type { SpacedKey } from '../bus/announcement.ts';
import { NAMESPACE_TAG } from '../generations/generations.ts';
import { isSubjectTag } from '../generations/subject-tag.ts';
import type { Invalidations } from '../targets/target.ts';

/**
 * Invalidations that Redis has not taken yet. Bounded: where it is full, the whole namespace is to be cleared
 * instead, which costs misses and forgets nothing. Subjects to be forgotten are kept all the same: nothing else
 * deletes their data keys.
 */
export interface Outbox {
  size(): number;
  /** @returns whether the whole namespace is to be cleared. */
  add(invalidations: Partial<Invalidations>): boolean;
  /** Empties it. */
  take(): Invalidations;
}

export function createOutbox(maxSize = 10_000): Outbox {
  const keys = new Map<string, SpacedKey>();
  const tags = new Set<string>();
  const patterns = new Map<string, SpacedKey>();
  const subjects = new Set<string>();
  const bounded = () => keys.size + tags.size + patterns.size;

  function empty(): void {
    keys.clear();
    tags.clear();
    patterns.clear();
  }

  function addTag(tag: string): void {
    if (isSubjectTag(tag)) subjects.add(tag);
    else tags.add(tag);
  }

  return {
    size: () => bounded() + subjects.size,
    add(invalidations) {
      for (const key of invalidations.keys ?? []) keys.set(JSON.stringify(key), key);
      for (const tag of invalidations.tags ?? []) addTag(tag);
      for (const pattern of invalidations.patterns ?? []) patterns.set(JSON.stringify(pattern), pattern);
      if (bounded() <= maxSize && !tags.has(NAMESPACE_TAG)) return false;
      empty();
      tags.add(NAMESPACE_TAG);
      return true;
    },
    take() {
      const taken = { keys: [...keys.values()], tags: [...tags, ...subjects], patterns: [...patterns.values()] };
      empty();
      subjects.clear();
      return taken;
    },
  };
}
