import type { Call, Engine } from '../engine.ts';
import { idOfTag } from '../entries/address.ts';
import { type Encoded, encodeValue, frameOf, holdEntry, isTooLarge } from '../entries/entries.ts';
import type { Entry } from '../entries/entry.ts';
import { type LifetimeTerms, lifetimeAt, spread, wholeLifeMs } from '../entries/freshness.ts';
import { areCurrent, type Generation } from '../generations/generations.ts';
import type { WriteGenerations } from '../generations/tag-generations.ts';
import { addedTags } from '../input.ts';
import type { ResolvedLoadPolicy } from '../options/load-options.ts';
import { withTimes } from '../options/times.ts';
import { isFailure, UNANSWERED } from '../redis/redis-state.ts';
import type { SeenFences } from '../redis/redis-tier.ts';
import type { Reservation } from './filling.ts';
import { createLateTags } from './late-tags.ts';
import type { Lease } from './leases.ts';

/** Where every fence stood before the work began. */
export interface Fences {
  readonly startedAtMs: number;
  readonly loadMark: number;
  readonly fillMark: number;
}

export interface WriteTerms extends LifetimeTerms {
  readonly tags: readonly string[];
  readonly jitter: number;
  readonly load: ResolvedLoadPolicy;
}

/** What is to be kept, when it is known. */
export interface KeepTerms {
  readonly life: LifetimeTerms;
  /** Beside those of the call. */
  readonly lateTags?: readonly string[];
  readonly validator?: string;
}

/** A {@link Reservation} that can also tell that its work is already in vain. */
export interface FencedReservation extends Reservation {
  readonly isFenced: () => boolean;
  /** {@link Reservation.commit} with terms that are checked. */
  keep(value: unknown, terms: KeepTerms): Promise<boolean>;
}

export function markFences(engine: Engine): Fences {
  return { startedAtMs: engine.clock.now(), loadMark: engine.loads.mark(), fillMark: engine.fills.mark() };
}

/**
 * The tags whose generations a load needs before it begins: those of its call, and those that its loader may name, since it
 * did so the last time.
 */
export function tagsToTake(
  engine: Engine,
  call: Call,
  { tags }: WriteTerms,
  known?: Entry<unknown>,
): readonly string[] {
  const expected = engine.expectedTags.of(call.address.id);
  const last = known?.tags ?? [];
  return expected.length + last.length === 0 ? tags : [...new Set([...tags, ...expected, ...last])];
}

/** Reads every fence in Redis too. */
export async function reserve(engine: Engine, call: Call, terms: WriteTerms): Promise<FencedReservation> {
  const fences = markFences(engine);
  const { redis } = engine;
  const [generations, seen] = await Promise.all([
    engine.generations.forWrite(tagsToTake(engine, call, terms), wholeLifeMs(terms)),
    redis?.readFences(call.address),
  ]);
  return createReservation(engine, call, terms, fences, generations, isFailure(seen) ? undefined : seen);
}

/**
 * @param taken of {@link tagsToTake}.
 * @param seen `undefined` where Redis did not say: the value then stays in memory.
 * @param lease that a commit ends; whoever took it releases it where there is none.
 */
export function createReservation(
  engine: Engine,
  call: Call,
  terms: WriteTerms,
  fences: Fences,
  taken: WriteGenerations,
  seen: SeenFences | undefined,
  lease?: Lease,
): FencedReservation {
  const { id, space, key } = call.address;
  const tagsOf = createLateTags(engine, {
    id,
    callTags: terms.tags.length,
    taken,
    loadMark: fences.loadMark,
    seen,
  });

  function isFencedFor(generations: readonly Generation[]): boolean {
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

  function keepInMemory(encoded: Encoded, life: LifetimeTerms, generations: readonly Generation[]): boolean {
    if (isFencedFor(generations)) return refuse();
    const lifetime = lifetimeAt(life, engine.clock.now());
    const held = holdEntry(call, encoded, lifetime, generations, lifetime.storedAtMs);
    if (areCurrent(generations)) engine.memory.store(id, held);
    return engine.memory.holds(id, held);
  }

  async function keepInBoth(
    encoded: Encoded,
    life: LifetimeTerms,
    generations: readonly Generation[],
    fencesSeen: SeenFences,
  ): Promise<boolean> {
    const lifetime = lifetimeAt(life, engine.clock.now());
    const frame = frameOf(engine, call, encoded, lifetime, generations);
    const kept = await engine.redis?.commit(call.address, frame, wholeLifeMs(life), fencesSeen, lease);
    // Where it did not come to Redis, those who wait would wait until the lease has run out.
    if (isFailure(kept)) lease?.release('free');
    else lease?.end();
    if (kept === false) return refuse();
    // The command may still arrive, when the fences it asks about have long expired.
    if (kept === UNANSWERED) engine.replay.later({ keys: [[space, key]] });
    if (isFailure(kept)) return keepInMemory(encoded, life, generations);
    if (isFencedFor(generations)) {
      // Redis took it before it knew of what this process knows now.
      const removed = await engine.redis?.invalidate.key([space, key]);
      if (isFailure(removed)) engine.replay.later({ keys: [[space, key]] });
      return refuse();
    }
    if (areCurrent(generations)) {
      engine.memory.store(id, holdEntry(call, encoded, lifetime, generations, engine.clock.now()));
    }
    return true;
  }

  async function keep(value: unknown, { life: given, lateTags = [], validator }: KeepTerms): Promise<boolean> {
    if (engine.mode === 'bypass') return false;
    const life = spread(given, terms.jitter, Math.random);
    const encoded = encodeValue(call, value, validator);
    if (isTooLarge(engine, call, encoded)) return false;
    const late = tagsOf(lateTags, wholeLifeMs(life));
    const stamped = late instanceof Promise ? await late : late;
    if (!stamped || isFencedFor(stamped.generations)) return refuse();
    const { generations, shared } = stamped;
    // What is loaded in its place is newer.
    await engine.writeBack.discard([id]);
    if (engine.redis && seen && shared) return keepInBoth(encoded, life, generations, seen);
    // Without Redis to ask, what was flushed since may hide an invalidation.
    return engine.fills.isRaised(id, fences.fillMark) ? refuse() : keepInMemory(encoded, life, generations);
  }

  const isFenced = () => isFencedFor(taken.generations);
  lease?.watchOver(isFenced);
  return {
    isFenced,
    keep,
    async commit(value, options) {
      const { tags = [], ...times } = options ?? {};
      return keep(value, { life: withTimes(terms, times), lateTags: addedTags(tags, terms.tags) });
    },
  };
}
