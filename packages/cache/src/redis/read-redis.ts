import type { Call, Engine } from '../engine.ts';
import type { StoredFrame } from '../entries/frame.ts';
import { openFrame, readFrame } from '../entries/frame-to-value.ts';
import { endedAt, isExpired, type Lifetime } from '../entries/freshness.ts';
import { type Held, holdEntry } from '../entries/held.ts';
import { areCurrent } from '../generations/generations.ts';
import type { Standing } from '../generations/verify-stamps.ts';
import { findBuffered } from '../writing/find-buffered.ts';
import { type Reply, replyAt } from './gathered-reads.ts';
import { isFailure } from './redis-state.ts';
import type { RedisTier } from './redis-tier.ts';
import type { SeenFences } from './redis-writes.ts';

/** What a load begins with. */
export interface RedisRead {
  readonly held: Held | undefined;
  /** What lies in Redis, whatever it is worth. */
  readonly bytes: Buffer | null;
  /** What a load after this read needs for its commit; `undefined` where Redis did not answer. */
  readonly seen: SeenFences | undefined;
}

/** What a reader makes of what was found. */
export type Finish<Result> = (held: Held | undefined, call: Call) => Result;

/**
 * Reads an entry from Redis and puts it into memory. What Redis cannot say is a miss.
 *
 * A hit makes one promise, settled by the answer; what it may wait for before that is rare.
 */
export function readEntry<Result>(
  engine: Engine,
  redis: RedisTier,
  call: Call,
  finish: Finish<Result>,
): Promise<Result> {
  const buffered = findBuffered(engine, call.address.id);
  // Redis has an older value.
  if (buffered) return Promise.resolve(finish(buffered, call));
  // First: while it waits for what is due, more may become so.
  const mark = engine.fills.mark();
  if (!engine.replay.isDue()) return askForEntry(engine, redis, call, mark, finish);
  return engine.replay
    .settle()
    .then((isSettled) => (isSettled ? askForEntry(engine, redis, call, mark, finish) : finish(undefined, call)));
}

function askForEntry<Result>(
  engine: Engine,
  redis: RedisTier,
  call: Call,
  mark: number,
  finish: Finish<Result>,
): Promise<Result> {
  const index = redis.reads.ask(call.address.id, engine.placeOf(call.address));
  const answer = redis.reads.answer();
  return answer.come.then(() => {
    engine.latency.redis.record(answer.elapsedMs);
    const reply = replyAt(answer, index);
    const held = isFailure(reply) ? undefined : takeUp(engine, call, reply, mark, answer.atMs);
    return held instanceof Promise ? held.then((late) => finish(late, call)) : finish(held, call);
  });
}

/** The same for a load, which is to know the fences of the key, too. */
export async function readForLoad(engine: Engine, redis: RedisTier, call: Call): Promise<RedisRead> {
  const buffered = findBuffered(engine, call.address.id);
  // A load goes on where what is buffered is not what it is for, and then puts another value in its place in Redis, too.
  const unanswered = { held: buffered, bytes: null, seen: undefined };
  const mark = engine.fills.mark();
  if (engine.replay.isDue() && !(await engine.replay.settle())) return unanswered;
  // Asked for in the same turn, so both leave in one MGET.
  const [bytes, seen] = await Promise.all([readBytes(engine, redis, call), redis.readFences(call.address)]);
  if (isFailure(bytes)) return unanswered;
  const held = buffered ?? (await takeUp(engine, call, bytes, mark, engine.clock.now()));
  return { held, bytes, seen: isFailure(seen) ? undefined : seen };
}

async function readBytes(engine: Engine, redis: RedisTier, { address }: Call): Promise<Reply> {
  const index = redis.reads.ask(address.id, engine.placeOf(address));
  const answer = redis.reads.answer();
  await answer.come;
  engine.latency.redis.record(answer.elapsedMs);
  return replyAt(answer, index);
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

/** Not while invalidations are unsent, nor where the key was raised since: Redis may have answered from before a change. */
function mayEnterMemory({ fills, replay }: Engine, { address }: Call, held: Held, mark: number): boolean {
  return !replay.isDue() && !fills.isRaised(address.id, mark) && areCurrent(held.generations);
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
  frame: StoredFrame,
  standing: Standing | undefined,
  nowMs: number,
): Held | undefined {
  const lifetime = standing && lifetimeUnder(frame, standing, nowMs);
  // What is dead is not worth opening.
  const opened = lifetime && openFrame(engine, call, frame, standing.generations);
  return opened && holdEntry(call, opened, lifetime, standing.generations, nowMs);
}

/** What the expiries of its tags have left of an entry's lifetime. */
function lifetimeUnder(frame: StoredFrame, { staleSinceMs }: Standing, nowMs: number): Lifetime | undefined {
  if (staleSinceMs === Number.POSITIVE_INFINITY) return frame;
  // By the clock of the instance that expired it, which may be ahead of this one's.
  const lifetime = endedAt(frame, Math.min(staleSinceMs, nowMs));
  return isExpired(lifetime, nowMs) ? undefined : lifetime;
}
