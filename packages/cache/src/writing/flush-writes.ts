import type { Engine } from '../engine.ts';
import { frameOf } from '../entries/value-to-frame.ts';
import { type Failure, isFailure, UNSENT } from '../redis/redis-state.ts';
import type { RedisTier } from '../redis/redis-tier.ts';
import { sharedGenerations } from './shared-generations.ts';
import type { Source } from './source.ts';
import { forgetKey, storeWrites } from './store-writes.ts';
import { supersede } from './supersede.ts';
import type { BufferedWrite } from './write-buffer.ts';

/** Sends buffered writes to their source, or to Redis where they have none. @returns those to be tried again. */
export async function sendWrites(engine: Engine, batch: readonly BufferedWrite[]): Promise<readonly BufferedWrite[]> {
  const sources = [...new Set(batch.map(({ source }) => source))];
  const refused = await Promise.all(
    sources.map((source) => {
      const writes = batch.filter((write) => write.source === source);
      if (source) return flushToSource(engine, source, writes);
      return engine.redis ? flushToRedis(engine, engine.redis, writes) : [];
    }),
  );
  return refused.flat();
}

async function flushToRedis(
  engine: Engine,
  redis: RedisTier,
  batch: readonly BufferedWrite[],
): Promise<readonly BufferedWrite[]> {
  // An invalidation from before a write must not come to Redis after it.
  if (engine.replay.isDue() && !(await engine.replay.settle())) return batch;
  const replies = await Promise.all(batch.map((write) => flushOne(engine, redis, write)));
  return batch.filter((_, index) => isFailure(replies[index]));
}

async function flushOne(engine: Engine, redis: RedisTier, write: BufferedWrite): Promise<unknown | Failure> {
  const { call, lifetime, writtenAtMs } = write;
  const generations = await sharedGenerations(engine, write);
  if (!generations) return UNSENT;
  const leftMs = lifetime.expiresAtMs - engine.clock.now();
  // It was invalidated meanwhile, or has expired: there is nothing to send.
  if (!engine.writeBack.holds(write) || leftMs <= 0) return false;
  const frame = frameOf(engine, call, write.encoded, lifetime, generations);
  const stored = await redis.flush(call.address, frame, leftMs, writtenAtMs);
  const { waitingWrites } = engine;
  // Another instance has invalidated it, and this one has not heard of that yet.
  if (stored === false) waitingWrites.hearOfOthers(() => supersede(engine, call.address.id));
  // Nobody knows whether the invalidation came first: to load once more is never wrong.
  if (stored === 'doubtful') await waitingWrites.hearOfOthers(() => forgetKey(engine, call.address));
  return stored;
}

function flushToSource(
  engine: Engine,
  source: Source,
  batch: readonly BufferedWrite[],
): Promise<readonly BufferedWrite[]> {
  const ids = batch.map(({ call }) => call.address.id);
  return engine.sourceQueue.run(ids, async () => {
    // A later write of the same key that found no room in the buffer may have been stored in the meantime.
    const refusals = await storeWrites(engine, source, batch.filter(engine.writeBack.holds));
    for (const error of refusals.values()) {
      engine.events.emit('store:failed', { error, entries: refusals.size });
      break;
    }
    return [...refusals.keys()];
  });
}
