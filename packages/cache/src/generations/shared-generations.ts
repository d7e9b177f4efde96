import type { Engine } from '../engine.ts';
import type { BufferedWrite } from '../writing/write-buffer.ts';
import type { Generation } from './generations.ts';

/** Those of the write, and for tags that Redis did not know of then, those of now; `undefined` where Redis does not say. */
export async function sharedGenerations(
  engine: Engine,
  { generations, lifetime }: BufferedWrite,
): Promise<readonly Generation[] | undefined> {
  if (generations.every(({ shared }) => shared)) return generations;
  const [, ...tags] = generations.map(({ tag }) => tag);
  const now = await engine.generations.forWrite(tags, lifetime.expiresAtMs - engine.clock.now());
  return now.shared ? generations.map((own, index) => (own.shared ? own : (now.generations[index] ?? own))) : undefined;
}
