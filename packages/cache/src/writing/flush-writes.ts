import type { Engine } from '../engine.ts';
import { frameOf } from '../entries/value-to-frame.ts';
import type { Generation } from '../generations/generations.ts';
import type { Source } from '../options/source.ts';
import { isFailure, UNSENT } from '../redis/redis-state.ts';
import type { RedisTier } from '../redis/redis-tier.ts';
import { removeOlder } from './older-value.ts';
import { sharedGenerations } from './shared-generations.ts';
import { removeFromRedis, storeWrites } from './store-writes.ts';
import { outdate } from './supersede.ts';
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
  // One time for all, so that what was written in one moment has one `ttl`, which Redis is then told once.
  const nowMs = engine.clock.now();
  const dueMark = engine.replay.mark();
  const replies = await Promise.all(batch.map((write) => flushOne(engine, redis, write, nowMs)));
  // Where an earlier change has failed meanwhile, it comes to Redis later than the write that it ends, which goes again behind it.
  return batch.filter((write, index) => isFailure(replies[index]) || isDueSince(engine, dueMark, write));
}

function isDueSince({ replay }: Engine, mark: number, { call, generations }: BufferedWrite): boolean {
  // By the mark first: no write has a list of its tags.
  if (replay.mark() === mark) return false;
  const tags = generations.map(({ tag }) => tag);
  return replay.isDueSince(mark, call.address.id, tags);
}

/** At once where it can be: every promise costs the flush as much as a part of the frame. */
function flushOne(engine: Engine, redis: RedisTier, write: BufferedWrite, nowMs: number): unknown {
  const generations = sharedGenerations(engine, write);
  if (!(generations instanceof Promise)) return flushUnder(engine, redis, write, generations, nowMs);
  return generations.then((shared) => (shared ? flushUnder(engine, redis, write, shared, engine.clock.now()) : UNSENT));
}

function flushUnder(
  engine: Engine,
  redis: RedisTier,
  write: BufferedWrite,
  generations: readonly Generation[],
  nowMs: number,
): unknown {
  const { call, encoded, lifetime, writtenAtMs } = write;
  const leftMs = lifetime.expiresAtMs - nowMs;
  // It was invalidated meanwhile: there is nothing to send.
  if (!engine.writeBack.holds(write)) return false;
  // It has expired; what it was to replace must not be found again.
  if (leftMs <= 0) return redis.invalidate.key([call.address.space, call.address.key]);
  const frame = frameOf(engine, call, encoded, lifetime, generations);
  return redis
    .flush(call.address, frame, leftMs, writtenAtMs)
    .then((stored): unknown =>
      stored === false || stored === 'doubtful' ? hearOfInvalidation(engine, write, stored) : stored,
    );
}

/** Another instance has invalidated or expired what was flushed, and this one has not heard of that yet. */
async function hearOfInvalidation(engine: Engine, write: BufferedWrite, stored: false | 'doubtful'): Promise<void> {
  const { address } = write.call;
  outdate(engine, address.id);
  // Nobody knows whether the invalidation came first: to load once more is never wrong.
  if (stored === 'doubtful') await removeFromRedis(engine, address);
  else await removeOlder(engine, write);
}

function flushToSource(
  engine: Engine,
  source: Source,
  batch: readonly BufferedWrite[],
): Promise<readonly BufferedWrite[]> {
  const ids = batch.map(({ call }) => call.address.id);
  return engine.sourceQueue.run(ids, async () => {
    if (engine.replay.isDue()) await engine.replay.settle();
    // A later write of the same key that found no room in the buffer may have been stored in the meantime.
    const refusals = await storeWrites(engine, source, batch.filter(engine.writeBack.holds));
    for (const error of refusals.values()) {
      engine.events.emit('store:failed', { error, entries: refusals.size });
      break;
    }
    return [...refusals.keys()];
  });
}
