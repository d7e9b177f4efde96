import type { Generation } from './generations.ts';

/** The generations that a new entry stands on. */
export interface WriteGenerations {
  readonly generations: readonly Generation[];
  /** Whether Redis knows them, so that an entry that carries them may go there. */
  readonly shared: boolean;
}
