import type { Engine } from '../engine.ts';

/** Ends what was read, loaded or held before a write of the key. */
export function supersede({ loads, fills, memory }: Engine, id: string): void {
  loads.raise(id);
  fills.raise(id);
  memory.drop(id);
}
