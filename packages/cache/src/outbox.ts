import type { Announcement, SpacedKey } from './announcement.ts';
import { NAMESPACE_TAG } from './generations.ts';

export type Invalidations = Pick<Announcement, 'keys' | 'tags' | 'patterns'>;

/**
 * Invalidations that Redis has not taken yet. Bounded: beyond it the whole namespace is due, which costs misses and
 * forgets nothing.
 */
export interface Outbox {
  readonly size: number;
  add(invalidations: Partial<Invalidations>): void;
  /** Empties it. */
  take(): Invalidations;
}

export function createOutbox(maxSize = 10_000): Outbox {
  const keys = new Map<string, SpacedKey>();
  const tags = new Set<string>();
  const patterns = new Map<string, SpacedKey>();
  const size = () => keys.size + tags.size + patterns.size;

  function empty(): void {
    keys.clear();
    tags.clear();
    patterns.clear();
  }

  return {
    get size() {
      return size();
    },
    add(invalidations) {
      if (tags.has(NAMESPACE_TAG)) return;
      for (const key of invalidations.keys ?? []) keys.set(JSON.stringify(key), key);
      for (const tag of invalidations.tags ?? []) tags.add(tag);
      for (const pattern of invalidations.patterns ?? []) patterns.set(JSON.stringify(pattern), pattern);
      if (size() <= maxSize && !tags.has(NAMESPACE_TAG)) return;
      empty();
      tags.add(NAMESPACE_TAG);
    },
    take() {
      const taken = { keys: [...keys.values()], tags: [...tags], patterns: [...patterns.values()] };
      empty();
      return taken;
    },
  };
}
