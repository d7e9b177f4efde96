import type { Call, Engine } from './engine.ts';
import { type Encoded, encodeValue, frameOf, holdEntry, refuseTooLarge } from './entries.ts';
import { lifetimeAt, spread, wholeLifeMs } from './freshness.ts';
import { areCurrent } from './generations.ts';
import { isFailure } from './redis-state.ts';
import type { WriteTerms } from './reservation.ts';
import type { WriteGenerations } from './tag-generations.ts';
import type { WriteStrategy } from './write-options.ts';

/** @throws CacheInputError `ERR_CACHE_VALUE` for a value that cannot be written. */
export function encodeForWrite(engine: Engine, call: Call, value: unknown): Encoded {
  const encoded = encodeValue(call, value);
  refuseTooLarge(engine, call, encoded);
  return encoded;
}

/**
 * Writes as the strategy says. Of writes to one key, the last one wins; a load that began before a write loses to it.
 */
export async function write(
  engine: Engine,
  call: Call,
  strategy: WriteStrategy,
  encoded: Encoded,
  given: WriteTerms,
): Promise<void> {
  const { id } = call.address;
  const terms = spread(given, given.jitter, Math.random);
  call.outcomes.sets += 1;
  engine.loads.raise(id);
  engine.fills.raise(id);
  engine.memory.drop(id);
  if (strategy === 'back' && engine.redis && keepForLater(engine, call, encoded, terms)) return;
  const mark = engine.loads.mark();
  const landing = engine.writeBack.discard([id]);
  if (landing) await landing;
  const lifeMs = wholeLifeMs(terms);
  const generations =
    engine.generations.known(terms.tags, lifeMs) ?? (await engine.generations.forWrite(terms.tags, lifeMs));
  // A later call for this key, or one from elsewhere, came in the meantime.
  if (engine.loads.isRaised(id, mark)) return;
  await keep(engine, call, strategy, encoded, terms, generations);
}

/** @returns whether there was room. */
function keepForLater(engine: Engine, call: Call, encoded: Encoded, terms: WriteTerms): boolean {
  // Redis is not asked, nor waited for: a tag that it does not know of yet it learns of with the write.
  const known = engine.generations.known(terms.tags, wholeLifeMs(terms));
  const { generations } = known ?? engine.generations.forMemory(terms.tags);
  const lifetime = lifetimeAt(terms, engine.clock.now());
  const isTaken = engine.writeBack.add({ call, encoded, lifetime, generations, writtenAtMs: performance.now() });
  if (isTaken && areCurrent(generations)) {
    engine.memory.store(call.address.id, holdEntry(engine, call, encoded, lifetime, generations));
  }
  return isTaken;
}

async function keep(
  engine: Engine,
  call: Call,
  strategy: WriteStrategy,
  encoded: Encoded,
  terms: WriteTerms,
  { generations, shared }: WriteGenerations,
): Promise<void> {
  const { id, space, key } = call.address;
  const lifetime = lifetimeAt(terms, engine.clock.now());
  const held = holdEntry(engine, call, encoded, lifetime, generations);
  const keepInMemory = () => {
    if (areCurrent(generations)) engine.memory.store(id, held);
  };
  if (!engine.redis) return keepInMemory();
  if (strategy !== 'around') keepInMemory();
  const mark = engine.loads.mark();
  const frame = frameOf(engine, call, encoded, lifetime, generations);
  const stored = shared && !isFailure(await engine.redis.store(call.address, frame, wholeLifeMs(terms)));
  if (!stored) {
    // Redis still has the value before this one, and must not bring it back.
    engine.replay.later({ keys: [[space, key]] });
    if (strategy === 'around' && !engine.loads.isRaised(id, mark)) keepInMemory();
  }
  if (!engine.memory.holds(id, held)) {
    // Memory took something else, which may have been read before this write arrived.
    engine.fills.raise(id);
    engine.memory.drop(id);
  }
}
