import type { Call, Engine } from '../engine.ts';
import type { Entry } from '../entries/entry.ts';
import { wholeLifeMs } from '../entries/freshness.ts';
import { addedTags } from '../input.ts';
import type { WriteTerms } from '../options/terms.ts';
import { withTimes } from '../options/times.ts';
import { isFailure } from '../redis/redis-state.ts';
import type { Reservation } from './filling.ts';
import { isFencedFor, type KeepTerms, keep } from './keep.ts';
import type { Fences, Work } from './work.ts';

/** A {@link Reservation} that can also tell whether its value would be kept. */
export interface FencedReservation extends Reservation {
  /** Whether something was invalidated or written since, so that the value will not be kept. */
  readonly isFenced: () => boolean;
  /** {@link Reservation.commit} with terms that are checked. */
  keep(value: unknown, terms: KeepTerms): boolean | Promise<boolean>;
}

export function markFences(engine: Engine): Fences {
  return {
    startedAtMs: engine.clock.now(),
    begunAt: performance.now(),
    loadMark: engine.loads.mark(),
    fillMark: engine.fills.mark(),
    losses: engine.losses,
  };
}

/**
 * The tags whose generations a load needs before it begins: those of its call, then those that its loader is likely to name,
 * since it named them last time.
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

/** Takes a reservation. The fences in Redis are read for it, behind what is due: that would refuse or end what is committed. */
export async function reserve(engine: Engine, call: Call, terms: WriteTerms): Promise<FencedReservation> {
  const { redis, replay } = engine;
  if (!redis || (replay.isDue() && !(await replay.settle()))) return reserveInMemory(engine, call, terms);
  // The work of the caller begins behind that: what was invalidated during the wait does not concern it.
  const fences = markFences(engine);
  const [taken, seen] = await Promise.all([
    engine.generations.forWrite(tagsToTake(engine, call, terms), wholeLifeMs(terms)),
    redis.readFences(call.address),
  ]);
  return createReservation({ engine, call, terms, fences, taken, seen: isFailure(seen) ? undefined : seen });
}

/** {@link reserve} in a cache without Redis, or while Redis does not take what is due: the value stays in memory. */
export function reserveInMemory(engine: Engine, call: Call, terms: WriteTerms): FencedReservation {
  const taken = engine.generations.forMemory(tagsToTake(engine, call, terms));
  return createReservation({ engine, call, terms, fences: markFences(engine), taken, seen: undefined });
}

export function createReservation(work: Work): FencedReservation {
  const { terms, taken, lease } = work;
  const isFenced = () => isFencedFor(work, taken.generations);
  lease?.watchOver(isFenced);
  return {
    isFenced,
    keep: (value, keepTerms) => keep(work, value, keepTerms),
    async commit(value, options) {
      if (options === undefined) return keep(work, value, { life: terms });
      const life = withTimes(terms, options);
      const { tags } = options;
      return keep(work, value, { life, lateTags: tags === undefined ? undefined : addedTags(tags, terms.tags) });
    },
  };
}
