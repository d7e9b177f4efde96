import type { Generation } from '../generations/generations.ts';
import type { Budget } from '../memory/bounded-map.ts';
import type { Entry } from './entry.ts';
import { endedAt, goesStale } from './freshness.ts';

/** An entry as memory holds it. */
export interface Held {
  /** Frozen: readers get this very object. */
  readonly entry: Entry<unknown>;
  /** Whether there is a time at which it is not fresh and still of use: all others are fresh for as long as they are held. */
  readonly goesStale: boolean;
  readonly space: string;
  /** The policy it was written or read under. */
  readonly policy: string;
  /** The namespace's first, then the tags'. */
  readonly generations: readonly Generation[];
  /** The count of {@link Ends} at which they were last seen to be current: while it stays, no hit looks at them. */
  currentAt: number;
  readonly bytes: number;
  readonly heldAtMs: number;
  /** Its policy's share of memory, where that has one. */
  readonly budget: Budget | undefined;
}

/** The same entry with its freshness ended, for those who ask from now on: readers keep the one they have. */
export function expiredHeld(held: Held, atMs: number): Held {
  const entry = Object.freeze({ ...held.entry, ...endedAt(held.entry, atMs) });
  // What an expiry of a tag has ended stands on what that left of it.
  const generations = held.generations.map((generation) =>
    generation.isCurrent ? generation : (generation.remains ?? generation),
  );
  return { ...held, entry, goesStale: goesStale(entry), generations, currentAt: -1 };
}
