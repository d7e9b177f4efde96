import type { Call, Engine } from '../engine.ts';
import { holdEntry, openFrame, readFrame } from '../entries/entries.ts';
import type { Frame } from '../entries/frame.ts';
import { endedAt, isExpired, isFresh, type Lifetime } from '../entries/freshness.ts';
import type { Held } from '../entries/held.ts';
import { areCurrent, type Generation } from '../generations/generations.ts';
import { staleSinceStamps } from '../generations/tag-generations.ts';
import { findBuffered } from '../writing/flush-writes.ts';
import { isFailure } from './redis-state.ts';
import type { RedisTier, SeenFences } from './redis-tier.ts';

export interface RedisRead {
  readonly held: Held | undefined;
  /** What lies in Redis, whatever it is worth. */
  readonly bytes: Buffer | null;
  /** What a load after this read needs for its commit; `undefined` where Redis did not answer. */
  readonly seen: SeenFences | undefined;
}

const NOTHING: RedisRead = { held: undefined, bytes: null, seen: undefined };

/** Reads an entry from Redis and puts it into memory. Never rejects: what Redis cannot say is a miss. */
export async function readRedis(
  engine: Engine,
  redis: RedisTier,
  call: Call,
  forLoad: 'with fences' | 'entry alone',
): Promise<RedisRead> {
  const buffered = findBuffered(engine, call.address.id);
  // Redis has an older value. Only a load that is to replace this one needs to know its fences.
  if (buffered && (forLoad === 'entry alone' || isFresh(buffered.entry, engine.clock.now()))) {
    return { held: buffered, bytes: null, seen: undefined };
  }
  const startedAt = performance.now();
  try {
    // First: while it waits for what is due, more may become so.
    const mark = engine.fills.mark();
    if (engine.replay.isDue && !(await engine.replay.settle())) return NOTHING;
    // Asked for in the same turn, so both leave in one MGET.
    const fences = forLoad === 'with fences' ? redis.readFences(call.address) : undefined;
    const bytes = await redis.read(call.address);
    if (isFailure(bytes)) return NOTHING;
    const verified = buffered ? undefined : verifyEntry(engine, call, bytes);
    const held = verified instanceof Promise ? await verified : verified;
    if (held && mayEnterMemory(engine, call, held, mark)) engine.memory.store(call.address.id, held);
    const seen = fences && (await fences);
    return { held: buffered ?? held, bytes, seen: isFailure(seen) ? undefined : seen };
  } finally {
    engine.latency.redis.record(performance.now() - startedAt);
  }
}

/** Not what Redis said before it had taken what was invalidated meanwhile: of a tag it says that it is current. */
function mayEnterMemory({ fills, replay }: Engine, { address }: Call, held: Held, mark: number): boolean {
  return !replay.isDue && !fills.isRaised(address.id, mark) && areCurrent(held.generations);
}

/** What the bytes in Redis are worth. At once where the generations are known: every hit passes here. */
export function verifyEntry(
  engine: Engine,
  call: Call,
  bytes: Buffer | null,
): Held | undefined | Promise<Held | undefined> {
  const frame = bytes && readFrame(engine, call, bytes);
  if (!frame) return undefined;
  const verified = engine.generations.verify(frame.stamps);
  if (!(verified instanceof Promise)) return holdFrame(engine, call, frame, verified);
  return verified.then((generations) => holdFrame(engine, call, frame, generations));
}

function holdFrame(
  engine: Engine,
  call: Call,
  frame: Frame,
  generations: readonly Generation[] | undefined,
): Held | undefined {
  const lifetime = generations && lifetimeUnder(frame, generations, engine.clock.now());
  // What is dead is not worth opening.
  const opened = lifetime && openFrame(engine, call, frame, generations);
  return opened && holdEntry(engine, call, opened, lifetime, generations);
}

/** What the expiries of its tags have left of an entry's lifetime. */
function lifetimeUnder(frame: Frame, generations: readonly Generation[], nowMs: number): Lifetime | undefined {
  const sinceMs = staleSinceStamps(frame.stamps, generations);
  if (sinceMs === undefined) return undefined;
  if (sinceMs === Number.POSITIVE_INFINITY) return frame;
  // By the clock of the instance that expired it, which may be ahead of this one's.
  const lifetime = endedAt(frame, Math.min(sinceMs, nowMs));
  return isExpired(lifetime, nowMs) ? undefined : lifetime;
}
