import type { Engine } from '../engine.ts';
import type { Generation } from '../generations/generations.ts';
import type { BufferedWrite } from './write-buffer.ts';

/**
 * The generations under which a write may go to Redis: its own, and for tags that Redis did not know when it was buffered, those
 * that they have now.
 *
 * @returns `undefined` where Redis does not answer.
 */
export async function sharedGenerations(
  engine: Engine,
  { generations, lifetime }: BufferedWrite,
): Promise<readonly Generation[] | undefined> {
  if (generations.every(({ shared }) => shared)) return generations;
  const [, ...tags] = generations.map(({ tag }) => tag);
  const now = await engine.generations.forWrite(tags, lifetime.expiresAtMs - engine.clock.now());
  return now.shared ? generations.map((own, index) => (own.shared ? own : (now.generations[index] ?? own))) : undefined;
}
