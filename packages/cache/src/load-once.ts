import type { Call, Engine } from './engine.ts';
import type { Entry } from './entry.ts';
import { isExpired, isFresh, isServedStale, wholeLifeMs } from './freshness.ts';
import { createLoadContext } from './load-context.ts';
import type { LoadContext } from './loader.ts';
import { createOutcomes } from './outcomes.ts';
import { readRedis } from './read-redis.ts';
import { createReservation, type FencedReservation, type Fences, markFences, type WriteTerms } from './reservation.ts';

/** Makes the value that no tier has; `undefined` where there is none to give. */
export type Produce = (context: LoadContext) => Promise<{ readonly value: unknown } | undefined>;

/** What a load came to, so that each waiter can count it. */
export interface Loaded {
  readonly found: { readonly value: unknown } | undefined;
  /** `stale` is due for a refresh; `stale if error` has just been tried. */
  readonly from: 'redis' | 'loader' | 'stale' | 'stale if error';
}

/** Counts a caller that waited for another's load. */
export function countJoined({ outcomes }: Call, loaded: Loaded): Loaded {
  if (loaded.from === 'redis') outcomes.hitRedis += 1;
  else if (loaded.from === 'loader') outcomes.coalesced += 1;
  else outcomes.stale += 1;
  return loaded;
}

interface Load {
  readonly fences: Fences;
  readonly flushes: number;
  reservation: FencedReservation | undefined;
  readonly result: Promise<Loaded>;
}

/** Loads values, one load a key at a time. */
export interface LoadOnce {
  /** Waits for a load under way, unless what it will bring is already out of date. */
  join(id: string): Promise<Loaded> | undefined;
  /** Reads Redis, then has the value produced, and keeps it. For a refresh, what may be served stale does not do. */
  begin(call: Call, produce: Produce, terms: WriteTerms, purpose?: 'refresh'): Promise<Loaded>;
}

export function createLoadOnce(engine: Engine): LoadOnce {
  const loads = new Map<string, Load>();

  function isCurrent(id: string, load: Load): boolean {
    if (load.flushes !== engine.flushes || engine.loads.isRaised(id, load.fences.loadMark)) return false;
    return load.reservation?.isFenced() !== true;
  }

  /** What needs no loader. */
  function answerOf(known: Entry<unknown>, purpose: 'refresh' | undefined): Loaded | undefined {
    const nowMs = engine.clock.now();
    if (isFresh(known, nowMs)) return { found: known, from: 'redis' };
    return !purpose && isServedStale(known, nowMs) ? { found: known, from: 'stale' } : undefined;
  }

  async function run(
    call: Call,
    produce: Produce,
    terms: WriteTerms,
    load: Omit<Load, 'result'>,
    purpose: 'refresh' | undefined,
  ): Promise<Loaded> {
    const { address } = call;
    // A refresh is nobody's call.
    const outcomes = purpose ? createOutcomes() : call.outcomes;
    const read = engine.redis && (await readRedis(engine, engine.redis, call, 'with fences'));
    const known = (read?.held ?? engine.memory.find(address.id, address.space))?.entry;
    const answer = known && answerOf(known, purpose);
    if (answer) {
      outcomes[answer.from === 'redis' ? 'hitRedis' : 'stale'] += 1;
      return answer;
    }
    outcomes.miss += 1;
    // Where Redis has just not answered, to ask it again would be to wait again.
    const generations = read?.seen
      ? await engine.generations.forWrite(terms.tags, wholeLifeMs(terms))
      : engine.generations.forMemory(terms.tags);
    const reservation = createReservation(engine, call, terms, load.fences, generations, read?.seen);
    load.reservation = reservation;
    const loaded = await produceFor(reservation, produce, known);
    if (loaded.from === 'stale if error') outcomes.stale += 1;
    return loaded;
  }

  async function produceFor(
    reservation: FencedReservation,
    produce: Produce,
    known: Entry<unknown> | undefined,
  ): Promise<Loaded> {
    const wishes = createLoadContext(known);
    let produced: Awaited<ReturnType<Produce>>;
    try {
      produced = await produce(wishes.context);
    } catch (error) {
      // What was invalidated during the load is not better than an error.
      if (!known || isExpired(known, engine.clock.now()) || reservation.isFenced()) throw error;
      engine.events.emit('load:failed', { error });
      return { found: known, from: 'stale if error' };
    }
    if (produced && !wishes.isSkipped) await reservation.commit(produced.value, { ttl: wishes.ttlMs });
    return { found: produced, from: 'loader' };
  }

  return {
    join(id) {
      const load = loads.get(id);
      return load && isCurrent(id, load) ? load.result : undefined;
    },
    begin(call, produce, terms, purpose) {
      const { id } = call.address;
      const begun = { fences: markFences(engine), flushes: engine.flushes, reservation: undefined };
      const load: Load = Object.assign(begun, { result: run(call, produce, terms, begun, purpose) });
      loads.set(id, load);
      const leave = () => {
        if (loads.get(id) === load) loads.delete(id);
      };
      load.result.then(leave, leave);
      return load.result;
    },
  };
}
