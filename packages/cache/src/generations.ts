import { LRUCache } from 'lru-cache';
import { createFence } from './fence.ts';

/** The tag of everything in the namespace. Users' tags are never empty. */
export const NAMESPACE_TAG = '';

/**
 * One generation of a tag, as this process knows it. Entries hold on to the object they were loaded under, so whether
 * an entry's tags are current is a look at a field of each, and invalidating a tag is one write.
 */
export interface Generation {
  readonly tag: string;
  /** Unique for ever, not counted: a generation that Redis has lost never comes back under another's name. */
  readonly id: string;
  /** Whether Redis knows it; without Redis, or while it is away, a generation is this process's own. */
  readonly shared: boolean;
  /** False once its tag was invalidated, or this process can no longer vouch for it: no entry in memory may stand on it. */
  isCurrent: boolean;
  /** Entries in memory that carry it. */
  entries: number;
  /** Until when Redis keeps it at least, milliseconds since the epoch; 0 where only read. */
  livesUntilMs: number;
}

export interface GenerationOrigin {
  /** From before Redis was asked. */
  readonly mark: number;
  readonly shared: boolean;
  readonly livesUntilMs: number;
}

/** The current generations this process knows. */
export interface GenerationTable {
  known(tag: string): Generation | undefined;
  /** To be taken before asking Redis for a generation. */
  mark(): number;
  /**
   * Takes up what Redis answered. Where the tag was forgotten since `mark`, the answer may be from before
   * that, so it is not current.
   */
  admit(tag: string, id: string, origin: GenerationOrigin): Generation;
  /**
   * What this process knew of `tag` is out of date, or may be.
   *
   * @returns entries in memory that died of it.
   */
  forget(tag: string): number;
  forgetAll(): void;
}

export function createGenerationTable(maxTags = 100_000): GenerationTable {
  const forgotten = createFence();
  const table = new LRUCache<string, Generation>({
    max: maxTags,
    dispose: (generation) => {
      generation.isCurrent = false;
    },
  });

  return {
    known: (tag) => table.get(tag),
    mark: () => forgotten.mark(),
    admit(tag, id, { mark, shared, livesUntilMs }) {
      const known = table.get(tag);
      if (known?.id === id) {
        known.livesUntilMs = Math.max(known.livesUntilMs, livesUntilMs);
        return known;
      }
      const isCurrent = !forgotten.isRaised(tag, mark);
      const generation: Generation = { tag, id, shared, isCurrent, entries: 0, livesUntilMs };
      if (isCurrent) table.set(tag, generation);
      return generation;
    },
    forget(tag) {
      forgotten.raise(tag);
      const entries = table.get(tag)?.entries ?? 0;
      table.delete(tag);
      return entries;
    },
    forgetAll() {
      forgotten.raiseAll();
      table.clear();
    },
  };
}

export function areCurrent(generations: readonly Generation[]): boolean {
  // By index: this runs on every hit, and an iterator costs as much as the rest of it.
  for (let index = 0; index < generations.length; index += 1) {
    if (!(generations[index] as Generation).isCurrent) return false;
  }
  return true;
}
