import type { Engine } from '../engine.ts';
import type { Generation } from '../generations/generations.ts';
import type { BufferedWrite } from './write-buffer.ts';

/**
 * The generations under which a write may go to Redis: its own, at once, and for tags that Redis did not know when it was buffered,
 * those that they have now.
 *
 * @returns `undefined` where Redis does not answer.
 */
export function sharedGenerations(
  engine: Engine,
  write: BufferedWrite,
): readonly Generation[] | Promise<readonly Generation[] | undefined> {
  const { generations } = write;
  // By index: every flush of a write passes here.
  for (let index = 0; index < generations.length; index += 1) {
    if (!generations[index]?.shared) return askForShared(engine, write);
  }
  return generations;
}

async function askForShared(
  engine: Engine,
  { generations, lifetime }: BufferedWrite,
): Promise<readonly Generation[] | undefined> {
  const [, ...tags] = generations.map(({ tag }) => tag);
  const now = await engine.generations.forWrite(tags, lifetime.expiresAtMs - engine.clock.now());
  return now.shared ? generations.map((own, index) => (own.shared ? own : (now.generations[index] ?? own))) : undefined;
}
