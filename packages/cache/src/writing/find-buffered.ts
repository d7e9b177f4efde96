import type { Engine } from '../engine.ts';
import { isExpired } from '../entries/freshness.ts';
import { type Held, holdEntry } from '../entries/held.ts';
import { areCurrent } from '../generations/generations.ts';
import type { BufferedWrite } from './write-buffer.ts';

/** A buffered write, as a read finds it: Redis has an older value. Memory gets it again, which may have let it go. */
export function findBuffered(engine: Engine, id: string): Held | undefined {
  const write = engine.writeBack.find(id);
  if (!write || !engine.writeBack.isKept(write)) return undefined;
  const nowMs = engine.clock.now();
  if (isExpired(write.lifetime, nowMs)) return forgetExpired(engine, write);
  const { call, encoded, lifetime, generations } = write;
  // An invalidation would have taken it out of the buffer. Generations that are not current nevertheless are those
  // that messages may have been missed about; whether one was about this entry Redis says at the flush.
  const [, ...tags] = generations.map(({ tag }) => tag);
  const current = areCurrent(generations) ? generations : engine.generations.forMemory(tags).generations;
  const held = holdEntry(call, encoded, lifetime, current, nowMs);
  engine.memory.store(id, held);
  return held;
}

/** Redis still has what the write was to replace, which must not be found again. A source is to get it all the same. */
function forgetExpired({ redis, replay, writeBack }: Engine, { call }: BufferedWrite): undefined {
  const { id, space, key } = call.address;
  void writeBack.discard([id]);
  if (redis) replay.later({ keys: [[space, key]] });
}
