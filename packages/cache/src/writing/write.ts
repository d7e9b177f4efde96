import type { Call, Engine } from '../engine.ts';
import type { Encoded } from '../entries/encoded.ts';
import { lifetimeAt, wholeLifeMs } from '../entries/freshness.ts';
import { type Held, holdEntry } from '../entries/held.ts';
import { encodeValue, frameOf, refuseTooLarge } from '../entries/value-to-frame.ts';
import { valueTooLargeError } from '../errors.ts';
import { areCurrent } from '../generations/generations.ts';
import type { WriteGenerations } from '../generations/write-generations.ts';
import type { WriteTerms } from '../loading/work.ts';
import type { WriteStrategy } from '../options/write-options.ts';
import { isFailure } from '../redis/redis-state.ts';
import type { Source } from './source.ts';
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
  return isBuffered ? BUFFERED : writeAtOnce(engine, strategy, value);
}

/** An async function would make a promise for every write. */
const BUFFERED = Promise.resolve();

async function writeAtOnce(engine: Engine, strategy: WriteStrategy, value: ValueToWrite): Promise<void> {
  const { call, encoded, terms } = value;
  const { id, space, key } = call.address;
  supersede(engine, id);
  const lifeMs = wholeLifeMs(terms);
  const landing = engine.writeBack.discard([id]);
  const known = landing ? undefined : engine.generations.forWriteAtOnce(terms.tags, lifeMs);
  const stamped = known ?? (await waitToWrite(engine, value, lifeMs, landing));
  if (!stamped) return;
  const { generations, shared } = stamped;
  const mark = engine.loads.mark();
  const lifetime = lifetimeAt(terms, engine.clock.now());
  const held = holdEntry(call, encoded, lifetime, generations, lifetime.storedAtMs);
  if (!engine.redis || strategy !== 'around') keepInMemory(engine, id, held);
  if (!engine.redis) return;
  const frame = frameOf(engine, call, encoded, lifetime, generations);
  const stored = shared && !isFailure(await engine.redis.store(call.address, frame, lifeMs));
  if (!stored) {
    // Redis still has the value before this one, and must not bring it back.
    engine.replay.later({ keys: [[space, key]] });
    if (strategy === 'around' && !engine.loads.isRaised(id, mark)) keepInMemory(engine, id, held);
  }
  if (!engine.memory.holds(id, held)) {
    // Memory holds something else, which may have been read from Redis before this write came there.
    engine.fills.raise(id);
    engine.memory.drop(id);
  }
}

/** What the write stands on; `undefined` where this process was asked for something later for the key in the meantime. */
async function waitToWrite(
  engine: Engine,
  { call, terms }: ValueToWrite,
  lifeMs: number,
  landing: Promise<void> | undefined,
): Promise<WriteGenerations | undefined> {
  const waiting = engine.waitingWrites.enter(call.address.id);
  try {
    if (landing) await landing;
    const { generations } = engine;
    const stamped = generations.forWriteAtOnce(terms.tags, lifeMs) ?? (await generations.forWrite(terms.tags, lifeMs));
    return waiting.isOvertaken() ? undefined : stamped;
  } finally {
    waiting.leave();
  }
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
