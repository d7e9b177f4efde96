import type { Engine } from '../engine.ts';
import { type Address, idBesideEntries } from '../entries/address.ts';
import { frameOf } from '../entries/value-to-frame.ts';
import type { Source } from '../options/source.ts';
import { isFailure } from '../redis/redis-state.ts';
import type { RedisTier } from '../redis/redis-tier.ts';
import type { SeenFences } from '../redis/redis-writes.ts';
import { sharedGenerations } from './shared-generations.ts';
import { storeEntries } from './store-entries.ts';
import { supersede } from './supersede.ts';
import type { BufferedWrite } from './write-buffer.ts';

/** What the source did not take, and why. */
export type Refusals = ReadonlyMap<BufferedWrite, unknown>;

/**
 * Stores writes in their source, and then in Redis. To be run in the turn of their keys, and behind what is due: that changes their
 * fences and ends their generations.
 *
 * Where anything came to a key meanwhile, here or elsewhere, nobody can say whose value the source has now: the key is then
 * invalidated, and the next load asks the source. So it is where an earlier change was under way and Redis does not take it:
 * that is sent again, and ends what was stored meanwhile (docs/decisions/0020).
 *
 * @param onStored called as soon as the source has a write that nothing has overtaken.
 */
export async function storeWrites(
  engine: Engine,
  source: Source,
  writes: readonly BufferedWrite[],
  onStored?: (write: BufferedWrite) => void,
): Promise<Refusals> {
  const mark = engine.loads.mark();
  const seen = await Promise.all(writes.map(({ call }) => engine.redis?.readFences(call.address)));
  const entries = new Map(writes.map(({ call, encoded }) => [call.address.key, encoded.value]));
  const errors = await storeEntries(source, entries);
  const isRefused = ({ call }: BufferedWrite) => errors.has(call.address.key);
  await Promise.all(
    writes.map(async (write, index) => {
      if (isRefused(write)) return;
      if (isOvertaken(engine, write, mark)) return forgetKey(engine, write.call.address);
      onStored?.(write);
      const fences = seen[index];
      if (engine.redis) await replace(engine, engine.redis, write, isFailure(fences) ? undefined : fences);
    }),
  );
  return new Map(writes.filter(isRefused).map((write) => [write, errors.get(write.call.address.key)]));
}

function isOvertaken({ loads, writeBack }: Engine, write: BufferedWrite, mark: number): boolean {
  if (!writeBack.isKept(write) || loads.isRaised(write.call.address.id, mark)) return true;
  return write.generations.some(({ tag }) => loads.isRaised(idBesideEntries(tag), mark));
}

async function replace(
  engine: Engine,
  redis: RedisTier,
  write: BufferedWrite,
  seen: SeenFences | undefined,
): Promise<void> {
  const { call, encoded, lifetime } = write;
  const { space, key } = call.address;
  const mark = engine.loads.mark();
  const generations = seen && (await sharedGenerations(engine, write));
  // A tag that has got its generation only now may have it from behind an invalidation, of which the log of all tags tells.
  const tagLog = generations === write.generations ? seen?.tagLog : await redis.readTagLog();
  const leftMs = lifetime.expiresAtMs - engine.clock.now();
  if (seen && generations && !isFailure(tagLog) && leftMs > 0) {
    const frame = frameOf(engine, call, encoded, lifetime, generations);
    const isLate = tagLog !== seen.tagLog || isOvertaken(engine, write, mark);
    // Not stored for a moment, either, since others might read it.
    const kept = !isLate && (await redis.replace(call.address, frame, leftMs, seen));
    // An invalidation that this process heard of while Redis stored the write had come to Redis before it.
    if (kept === true && !isOvertaken(engine, write, mark)) return;
    if (!isFailure(kept)) return forgetKey(engine, call.address);
  }
  // Redis still has the value before this one, and must not bring it back.
  engine.replay.later({ keys: [[space, key]] });
}

/** Leaves the key to the next load, everywhere. */
export function forgetKey(engine: Engine, address: Address): Promise<void> {
  supersede(engine, address.id);
  return removeFromRedis(engine, address);
}

/** If not now, later. */
export async function removeFromRedis({ redis, replay }: Engine, { space, key }: Address): Promise<void> {
  const removed = await redis?.invalidate.key([space, key]);
  if (isFailure(removed)) replay.later({ keys: [[space, key]] });
}
