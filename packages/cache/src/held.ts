import type { Entry } from './entry.ts';
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
