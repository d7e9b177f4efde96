import { idOfTag } from './address.ts';
import type { Reservation } from './cache.ts';
import type { Call, Engine } from './engine.ts';
import { type Encoded, encodeValue, frameOf, holdEntry, isTooLarge, lifetimeFrom } from './entries.ts';
import { areCurrent } from './generations.ts';
import { resolveTtl } from './options.ts';
import { isFailure, UNANSWERED } from './redis-state.ts';
import type { SeenFences } from './redis-tier.ts';
import type { WriteGenerations } from './tag-generations.ts';

/** Where every fence stood before the work began. */
export interface Fences {
  readonly startedAtMs: number;
  readonly loadMark: number;
  readonly fillMark: number;
}

export interface WriteTerms {
  readonly ttlMs: number;
  readonly tags: readonly string[];
}

/** A {@link Reservation} that can also tell that its work is already in vain. */
export interface FencedReservation extends Reservation {
  readonly isFenced: () => boolean;
}

export function markFences(engine: Engine): Fences {
  return { startedAtMs: engine.clock.now(), loadMark: engine.loads.mark(), fillMark: engine.fills.mark() };
}

/** Reads every fence in Redis too. */
export async function reserve(engine: Engine, call: Call, terms: WriteTerms): Promise<FencedReservation> {
  const fences = markFences(engine);
  const { redis } = engine;
  const [generations, seen] = await Promise.all([
    engine.generations.forWrite(terms.tags, terms.ttlMs),
    redis?.readFences(call.address),
  ]);
  return createReservation(engine, call, terms, fences, generations, isFailure(seen) ? undefined : seen);
}

/** @param seen `undefined` where Redis did not say: the value then stays in memory. */
export function createReservation(
  engine: Engine,
  call: Call,
  terms: WriteTerms,
  fences: Fences,
  { generations, shared }: WriteGenerations,
  seen: SeenFences | undefined,
): FencedReservation {
  const { id, space, key } = call.address;

  function isFenced(): boolean {
    if (engine.loads.isRaised(id, fences.loadMark)) return true;
    if (generations.some(({ tag }) => engine.loads.isRaised(idOfTag(tag), fences.loadMark))) return true;
    if (!seen) return false;
    // The tombstone of an invalidation that came early in the work may be gone again.
    const elapsedMs = engine.clock.now() - fences.startedAtMs;
    return elapsedMs < 0 || elapsedMs >= engine.tombstoneTtlMs;
  }

  function refuse(): false {
    call.outcomes.fenced += 1;
    return false;
  }

  function keepInMemory(encoded: Encoded, ttlMs: number): boolean {
    if (isFenced()) return refuse();
    const held = holdEntry(engine, call, encoded, lifetimeFrom(engine, ttlMs), generations);
    if (areCurrent(generations)) engine.memory.store(id, held);
    return engine.memory.holds(id, held);
  }

  async function keepInBoth(encoded: Encoded, ttlMs: number, fencesSeen: SeenFences): Promise<boolean> {
    const lifetime = lifetimeFrom(engine, ttlMs);
    const frame = frameOf(call, encoded, lifetime, generations);
    const kept = await engine.redis?.commit(call.address, frame, ttlMs, fencesSeen);
    if (kept === false) return refuse();
    // The command may still arrive, when the fences it asks about have long expired.
    if (kept === UNANSWERED) engine.replay.later({ keys: [[space, key]] });
    if (isFailure(kept)) return keepInMemory(encoded, ttlMs);
    if (isFenced()) {
      // Redis took it before it knew of what this process knows now.
      const removed = await engine.redis?.invalidateKey([space, key]);
      if (isFailure(removed)) engine.replay.later({ keys: [[space, key]] });
      return refuse();
    }
    if (areCurrent(generations)) {
      engine.memory.store(id, holdEntry(engine, call, encoded, lifetime, generations));
    }
    return true;
  }

  return {
    isFenced,
    async commit(value, options) {
      const ttlMs = options?.ttl === undefined ? terms.ttlMs : resolveTtl(options.ttl);
      const encoded = encodeValue(call.codec, value);
      if (isTooLarge(engine, encoded)) return false;
      if (isFenced()) return refuse();
      if (engine.redis && seen && shared) return keepInBoth(encoded, ttlMs, seen);
      // Without Redis to ask, what was flushed since may hide an invalidation.
      return engine.fills.isRaised(id, fences.fillMark) ? refuse() : keepInMemory(encoded, ttlMs);
    },
  };
}
