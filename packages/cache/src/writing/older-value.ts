import type { Engine } from '../engine.ts';
import type { Address } from '../entries/address.ts';
import { decodeFrame } from '../entries/decode-frame.ts';
import { isFailure } from '../redis/redis-state.ts';
import type { BufferedWrite } from './write-buffer.ts';

/** Whether Redis has a value of the key from after `sinceMs`, by the clocks of this instance and of the one that stored it. */
export async function hasNewer({ redis }: Engine, address: Address, sinceMs: number): Promise<boolean> {
  const bytes = await redis?.read(address);
  return !isFailure(bytes) && (storedAtMsIn(bytes) ?? 0) > sinceMs;
}

/**
 * Removes from Redis what a write was to replace that was dropped for what another instance has done. An expiry leaves it there, to
 * be served stale in place of the write. What has come there since stays.
 */
export async function removeOlder(engine: Engine, write: BufferedWrite, isAgain = false): Promise<void> {
  const { redis, replay, fills, memory } = engine;
  const { address } = write.call;
  const { id, space, key } = address;
  const bytes = await redis?.read(address);
  if (isFailure(bytes)) return replay.later({ keys: [[space, key]] });
  if (!redis || !bytes || (storedAtMsIn(bytes) ?? Number.POSITIVE_INFINITY) > write.lifetime.storedAtMs) return;
  const removed = await redis.withdraw(address, bytes);
  if (isFailure(removed)) return replay.later({ keys: [[space, key]] });
  // A pattern is heard of before it is through: the value may have expired since it was read. Not over and over, since a replica may
  // be behind.
  if (Number(removed) === 0 && !isAgain) return removeOlder(engine, write, true);
  // It may have been read meanwhile.
  fills.raise(id);
  memory.drop(id);
}

function storedAtMsIn(bytes: Buffer | null | undefined): number | undefined {
  const frame = bytes ? decodeFrame(bytes, bytes.length) : undefined;
  return typeof frame === 'object' ? frame.storedAtMs : undefined;
}
