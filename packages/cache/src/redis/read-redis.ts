import type { Call, Engine } from '../engine.ts';
import { holdEntry, openFrame, readFrame } from '../entries/entries.ts';
import type { Frame } from '../entries/frame.ts';
import { endedAt, isExpired, type Lifetime } from '../entries/freshness.ts';
import type { Held } from '../entries/held.ts';
import { areCurrent } from '../generations/generations.ts';
import type { Standing } from '../generations/tag-generations.ts';
import { findBuffered } from '../writing/flush-writes.ts';
import type { Reply } from './gathered-reads.ts';
import { isFailure } from './redis-state.ts';
import type { RedisTier, SeenFences } from './redis-tier.ts';

/** What a load begins with. */
export interface RedisRead {
  readonly held: Held | undefined;
  /** What lies in Redis, whatever it is worth. */
  readonly bytes: Buffer | null;
  /** What a load after this read needs for its commit; `undefined` where Redis did not answer. */
  readonly seen: SeenFences | undefined;
}

/**
 * Reads an entry from Redis and puts it into memory. What Redis cannot say is a miss.
 *
 * The one promise of a hit, settled where the answer comes: what it waits for before that, it waits for seldom.
 */
export function readEntry(engine: Engine, redis: RedisTier, call: Call): Promise<Held | undefined> {
  const buffered = findBuffered(engine, call.address.id);
  // Redis has an older value.
  if (buffered) return Promise.resolve(buffered);
  // First: while it waits for what is due, more may become so.
  const mark = engine.fills.mark();
  if (!engine.replay.isDue) return askForEntry(engine, redis, call, mark);
  return engine.replay.settle().then((isSettled) => (isSettled ? askForEntry(engine, redis, call, mark) : undefined));
}

function askForEntry(engine: Engine, redis: RedisTier, call: Call, mark: number): Promise<Held | undefined> {
  return new Promise((resolve, reject) => {
    redis.read(call.address, (reply, { atMs, elapsedMs }) => {
      engine.latency.redis.record(elapsedMs);
      try {
        resolve(isFailure(reply) ? undefined : takeUp(engine, call, reply, mark, atMs));
      } catch (error) {
        reject(error);
      }
    });
  });
}

/** The same for a load, which is to know the fences of the key, too. */
export async function readForLoad(engine: Engine, redis: RedisTier, call: Call): Promise<RedisRead> {
  const buffered = findBuffered(engine, call.address.id);
  // A load goes on where what is buffered is not what it is for, and then puts another value in its place in Redis, too.
  const unanswered = { held: buffered, bytes: null, seen: undefined };
  const mark = engine.fills.mark();
  if (engine.replay.isDue && !(await engine.replay.settle())) return unanswered;
  // Asked for in the same turn, so both leave in one MGET.
  const [bytes, seen] = await Promise.all([readBytes(engine, redis, call), redis.readFences(call.address)]);
  if (isFailure(bytes)) return unanswered;
  const held = buffered ?? (await takeUp(engine, call, bytes, mark, engine.clock.now()));
  return { held, bytes, seen: isFailure(seen) ? undefined : seen };
}

function readBytes(engine: Engine, redis: RedisTier, { address }: Call): Promise<Reply> {
  return new Promise((resolve) => {
    redis.read(address, (reply, { elapsedMs }) => {
      engine.latency.redis.record(elapsedMs);
      resolve(reply);
    });
  });
}

/** Puts what Redis has into memory, if it is of use. */
function takeUp(
  engine: Engine,
  call: Call,
  bytes: Buffer | null,
  mark: number,
  nowMs: number,
): Held | undefined | Promise<Held | undefined> {
  const verified = verifyEntry(engine, call, bytes, nowMs);
  if (!(verified instanceof Promise)) return keepInMemory(engine, call, verified, mark);
  return verified.then((held) => keepInMemory(engine, call, held, mark));
}

function keepInMemory(engine: Engine, call: Call, held: Held | undefined, mark: number): Held | undefined {
  if (held && mayEnterMemory(engine, call, held, mark)) engine.memory.store(call.address.id, held);
  return held;
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
  nowMs: number,
): Held | undefined | Promise<Held | undefined> {
  const frame = bytes && readFrame(engine, call, bytes, nowMs);
  if (!frame) return undefined;
  const verified = engine.generations.verify(frame.stamps);
  if (!(verified instanceof Promise)) return holdFrame(engine, call, frame, verified, nowMs);
  return verified.then((standing) => holdFrame(engine, call, frame, standing, engine.clock.now()));
}

function holdFrame(
  engine: Engine,
  call: Call,
  frame: Frame,
  standing: Standing | undefined,
  nowMs: number,
): Held | undefined {
  const lifetime = standing && lifetimeUnder(frame, standing, nowMs);
  // What is dead is not worth opening.
  const opened = lifetime && openFrame(engine, call, frame, standing.generations);
  return opened && holdEntry(call, opened, lifetime, standing.generations, nowMs);
}

/** What the expiries of its tags have left of an entry's lifetime. */
function lifetimeUnder(frame: Frame, { staleSinceMs }: Standing, nowMs: number): Lifetime | undefined {
  if (staleSinceMs === Number.POSITIVE_INFINITY) return frame;
  // By the clock of the instance that expired it, which may be ahead of this one's.
  const lifetime = endedAt(frame, Math.min(staleSinceMs, nowMs));
  return isExpired(lifetime, nowMs) ? undefined : lifetime;
}
