import type { Engine } from '../engine.ts';

/** Ends what was read, loaded, held or to be written before a write of the key. */
export function supersede(engine: Engine, id: string): void {
  engine.waitingWrites.overtake(id);
  outdate(engine, id);
}

/** The same after somebody else's: what waits to be written comes behind that. */
export function outdate({ loads, fills, memory }: Engine, id: string): void {
  loads.raise(id);
  fills.raise(id);
  memory.drop(id);
}
