import type { Generation } from './generations.ts';

/** What is written stands on these. */
export interface WriteGenerations {
  readonly generations: readonly Generation[];
  /** Whether Redis knows them, so that an entry that carries them may go there. */
  readonly shared: boolean;
}
