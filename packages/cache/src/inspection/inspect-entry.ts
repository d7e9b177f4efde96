import type { Call, Engine } from '../engine.ts';
import type { Held } from '../entries/held.ts';
import { idIn } from '../generations/generation-id.ts';
import { verifyEntry } from '../redis/read-redis.ts';
import { isFailure } from '../redis/redis-state.ts';
import type { EntryInspection } from './inspection.ts';

/** Looks without using: memory is not filled, no entry stays longer for it, and no hit or miss is counted. */
export async function inspectEntry(engine: Engine, call: Call): Promise<EntryInspection> {
  const { address } = call;
  if (engine.mode === 'bypass') return { memory: undefined, redis: undefined, tags: [] };
  const inMemory = engine.memory.look(address.id, address.space);
  const inRedis = await lookIntoRedis(engine, call);
  const entry = (inMemory ?? inRedis)?.entry;
  const generations = (inMemory ?? inRedis)?.generations.filter(({ tag }) => entry?.tags.includes(tag)) ?? [];
  return {
    memory: inMemory?.entry,
    redis: inRedis?.entry,
    tags: generations.map(({ tag, id }) => ({ tag, generation: idIn(id) })),
  };
}

async function lookIntoRedis(engine: Engine, call: Call): Promise<Held | undefined> {
  // It may still have what was invalidated while it was away.
  const { redis } = engine;
  if (!redis || engine.replay.isDue()) return undefined;
  const bytes = await redis.read(call.address);
  return isFailure(bytes) ? undefined : verifyEntry(engine, call, bytes, engine.clock.now());
}
