import type { Call, Engine } from '../engine.ts';
import type { Entry } from '../entries/entry.ts';
import { wholeLifeMs } from '../entries/freshness.ts';
import type { WriteGenerations } from '../generations/write-generations.ts';
import { addedTags } from '../input.ts';
import { withTimes } from '../options/times.ts';
import { isFailure } from '../redis/redis-state.ts';
import type { SeenFences } from '../redis/redis-tier.ts';
import type { Reservation } from './filling.ts';
import { isFencedFor, type KeepTerms, keep } from './keep.ts';
import type { Lease } from './leases.ts';
import type { Fences, WriteTerms } from './work.ts';

/** A {@link Reservation} that can also tell that its work is already in vain. */
export interface FencedReservation extends Reservation {
  readonly isFenced: () => boolean;
  /** {@link Reservation.commit} with terms that are checked. */
  keep(value: unknown, terms: KeepTerms): boolean | Promise<boolean>;
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
  const { redis } = engine;
  if (!redis) return reserveInMemory(engine, call, terms);
  const fences = markFences(engine);
  const [generations, seen] = await Promise.all([
    engine.generations.forWrite(tagsToTake(engine, call, terms), wholeLifeMs(terms)),
    redis.readFences(call.address),
  ]);
  return createReservation(engine, call, terms, fences, generations, isFailure(seen) ? undefined : seen);
}

/** {@link reserve} in a cache without Redis. */
export function reserveInMemory(engine: Engine, call: Call, terms: WriteTerms): FencedReservation {
  const taken = engine.generations.forMemory(tagsToTake(engine, call, terms));
  return createReservation(engine, call, terms, markFences(engine), taken, undefined);
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
  const work = { engine, call, terms, fences, taken, seen, lease };
  const isFenced = () => isFencedFor(work, taken.generations);
  lease?.watchOver(isFenced);
  return {
    isFenced,
    keep: (value, keepTerms) => keep(work, value, keepTerms),
    async commit(value, options) {
      if (!options) return keep(work, value, { life: terms });
      const { tags } = options;
      return keep(work, value, { life: withTimes(terms, options), lateTags: tags && addedTags(tags, terms.tags) });
    },
  };
}
