import type { Call, Engine } from '../engine.ts';
import type { Encoded } from '../entries/encoded.ts';
import { lifetimeAt, wholeLifeMs } from '../entries/freshness.ts';
import { type Held, holdEntry } from '../entries/held.ts';
import { encodeValue, frameOf, refuseTooLarge } from '../entries/value-to-frame.ts';
import { valueTooLargeError } from '../errors.ts';
import { areCurrent } from '../generations/generations.ts';
import type { WriteGenerations } from '../generations/write-generations.ts';
import type { Source } from '../options/source.ts';
import type { WriteTerms } from '../options/terms.ts';
import type { WriteStrategy } from '../options/write-options.ts';
import { isFailure, UNSENT } from '../redis/redis-state.ts';
import { hasNewer } from './older-value.ts';
import { forgetKey } from './store-writes.ts';
import { supersede } from './supersede.ts';

/** @throws CacheInputError `ERR_CACHE_VALUE` for a value that cannot be written. */
export function encodeForWrite(engine: Engine, call: Call, value: unknown): Encoded {
  const encoded = encodeValue(engine, call, value);
  if (refuseTooLarge(engine, call, encoded)) {
    throw valueTooLargeError(call.address.key, encoded.bytes, engine.maxEntryBytes);
  }
  return encoded;
}

/** A value with its key and its terms, ready for both tiers. */
export interface ValueToWrite {
  readonly call: Call;
  readonly encoded: Encoded;
  readonly terms: WriteTerms;
}

/** Writes as the strategy says. Of writes to one key, the last one wins; a load that began before a write loses to it. */
export function write(engine: Engine, strategy: WriteStrategy, value: ValueToWrite): Promise<void> {
  value.call.outcomes.sets += 1;
  const isBuffered = strategy === 'back' && engine.redis && keepForLater(engine, value, undefined);
  return isBuffered ? MADE : writeAtOnce(engine, strategy, value);
}

/** What is written without waiting. It is shared, and what follows is not async, since every write would make a promise for each. */
const MADE = Promise.resolve();

function writeAtOnce(engine: Engine, strategy: WriteStrategy, value: ValueToWrite): Promise<void> {
  const { call, terms } = value;
  supersede(engine, call.address.id);
  const lifeMs = wholeLifeMs(terms);
  const dueMark = engine.replay.mark();
  const landing = engine.writeBack.discard([call.address.id]);
  const waits = landing !== undefined || engine.replay.isDueFor(call.address.id, terms.tags);
  const known = waits ? undefined : engine.generations.forWriteAtOnce(terms.tags, lifeMs);
  if (known) return writeUnder(engine, strategy, value, known, dueMark);
  return waitToWrite(engine, strategy, value, lifeMs, dueMark, landing);
}

function writeUnder(
  engine: Engine,
  strategy: WriteStrategy,
  value: ValueToWrite,
  { generations, shared }: WriteGenerations,
  dueMark: number,
): Promise<void> {
  const { call, encoded, terms } = value;
  const { id, space, key } = call.address;
  const { redis, memory, loads, replay } = engine;
  const mark = loads.mark();
  const lifetime = lifetimeAt(terms, engine.clock.now());
  const held = holdEntry(call, encoded, lifetime, generations, lifetime.storedAtMs);
  if (!redis || strategy !== 'around') keepInMemory(engine, id, held);
  if (!redis) return MADE;

  function settle(stored: unknown): Promise<void> | undefined {
    if (isFailure(stored)) {
      // Redis still has the value before this one, and must not bring it back.
      replay.later({ keys: [[space, key]] });
      // Not in memory yet, or no longer: an earlier write of the key that was under way has dropped what it met there.
      if (!loads.isRaised(id, mark)) keepInMemory(engine, id, held);
    } else if (replay.isDueSince(dueMark, id, terms.tags) && !loads.isRaised(id, mark)) {
      // An earlier change of the key has failed meanwhile. It comes to Redis later than this write, and ends it.
      return writeAtOnce(engine, strategy, value);
    }
    if (!memory.holds(id, held)) {
      // Memory holds something else, which may have been read from Redis before this write came there.
      engine.fills.raise(id);
      memory.drop(id);
    }
    return undefined;
  }

  if (shared) {
    const frame = frameOf(engine, call, encoded, lifetime, generations);
    return redis.store(call.address, frame, wholeLifeMs(terms)).then(settle);
  }
  return settle(UNSENT) ?? MADE;
}

async function waitToWrite(
  engine: Engine,
  strategy: WriteStrategy,
  value: ValueToWrite,
  lifeMs: number,
  dueMark: number,
  landing: Promise<void> | undefined,
): Promise<void> {
  const { address } = value.call;
  const { tags } = value.terms;
  const waiting = engine.waitingWrites.enter(address.id, tags);
  try {
    if (landing) await landing;
    const stamped = await generationsBehind(engine, address.id, tags, lifeMs);
    const expiredAtMs = waiting.expiredAtMs();
    // It would be stale there. Another instance may have loaded the key behind the expiry.
    const isReplaced = expiredAtMs !== undefined && (await hasNewer(engine, address, expiredAtMs));
    const fate = waiting.fate();
    if (fate === 'overtaken' || (fate === 'expired' && isReplaced)) return;
    const left = fate === 'expired' ? expiredAtOnce(value) : value;
    if (fate === 'dead' || wholeLifeMs(left.terms) === 0) return await forgetKey(engine, address);
    // What is being read of Redis since the call is from before this write, and must not come over it in memory.
    engine.fills.raise(address.id);
    // Not awaited here: from then on it is no longer one that waits.
    return writeUnder(engine, strategy, left, stamped, dueMark);
  } finally {
    waiting.leave();
  }
}

/** As an expiry leaves what was written before it: its stale windows begin. */
function expiredAtOnce(value: ValueToWrite): ValueToWrite {
  return { ...value, terms: { ...value.terms, ttlMs: 0 } };
}

/** What is due from before a write would end it, or the generations it stands on, if it came to Redis later. */
async function generationsBehind(
  { replay, generations }: Engine,
  id: string,
  tags: readonly string[],
  lifeMs: number,
): Promise<WriteGenerations> {
  if (replay.isDueFor(id, tags)) await replay.settle();
  if (replay.isDueFor(id, tags)) return generations.forMemory(tags);
  return generations.forWriteAtOnce(tags, lifeMs) ?? generations.forWrite(tags, lifeMs);
}

function keepInMemory({ memory }: Engine, id: string, held: Held): void {
  if (areCurrent(held.generations)) memory.store(id, held);
}

/**
 * Writes to memory, and buffers the value for Redis, and for the source if there is one. @returns whether there was
 * room.
 */
export function keepForLater(
  engine: Engine,
  { call, encoded, terms }: ValueToWrite,
  source: Source | undefined,
): boolean {
  supersede(engine, call.address.id);
  // Redis is not waited for: a tag that it does not know yet it learns of when the write is sent.
  const known = engine.generations.forWriteAtOnce(terms.tags, wholeLifeMs(terms));
  const { generations } = known ?? engine.generations.forMemory(terms.tags);
  const lifetime = lifetimeAt(terms, engine.clock.now());
  const isTaken = engine.writeBack.add({
    call,
    encoded,
    lifetime,
    generations,
    writtenAtMs: Math.floor(performance.now()),
    source,
  });
  if (isTaken) {
    keepInMemory(engine, call.address.id, holdEntry(call, encoded, lifetime, generations, lifetime.storedAtMs));
  }
  return isTaken;
}
