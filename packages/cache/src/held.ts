import type { Entry } from './entry.ts';
import { endedAt, goesStale } from './freshness.ts';
import type { Generation } from './generations.ts';

/** An entry as memory holds it. */
export interface Held {
  /** Frozen: readers get this very object. */
  readonly entry: Entry<unknown>;
  /** Whether there is a time at which it is not fresh and still of use: all others are fresh for as long as they are held. */
  readonly goesStale: boolean;
  readonly space: string;
  /** The namespace's first, then the tags'. */
  readonly generations: readonly Generation[];
  readonly bytes: number;
  readonly heldAtMs: number;
}

/** The same entry with its freshness ended, for those who ask from now on: readers keep the one they have. */
export function expiredHeld(held: Held, atMs: number): Held {
  const entry = Object.freeze({ ...held.entry, ...endedAt(held.entry, atMs) });
  // What an expiry of a tag has ended stands on what that left of it.
  const generations = held.generations.map((generation) =>
    generation.isCurrent ? generation : (generation.remains ?? generation),
  );
  return { ...held, entry, goesStale: goesStale(entry), generations };
}
