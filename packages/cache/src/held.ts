import type { Entry } from './cache.ts';
import type { Generation } from './generations.ts';

/** An entry as memory holds it. */
export interface Held {
  /** Frozen: readers get this very object. */
  readonly entry: Entry<unknown>;
  readonly space: string;
  /** The namespace's first, then the tags'. */
  readonly generations: readonly Generation[];
  readonly bytes: number;
  readonly heldAtMs: number;
}
