import type { Call, Engine } from './engine.ts';
import { readRedis } from './read-redis.ts';
import { createReservation, type FencedReservation, type Fences, markFences, type WriteTerms } from './reservation.ts';

/** Makes the value that no tier has; `undefined` where there is none to give. */
export type Produce = () => Promise<{ readonly value: unknown } | undefined>;

/** What a load came to, so that each waiter can count it. */
export interface Loaded {
  readonly found: { readonly value: unknown } | undefined;
  readonly from: 'redis' | 'loader';
}

/** Counts a caller that waited for another's load. */
export function countJoined({ outcomes }: Call, loaded: Loaded): Loaded {
  if (loaded.from === 'redis') outcomes.hitRedis += 1;
  else outcomes.coalesced += 1;
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
  /** Reads Redis, then has the value produced, and keeps it. */
  begin(call: Call, produce: Produce, terms: WriteTerms): Promise<Loaded>;
}

export function createLoadOnce(engine: Engine): LoadOnce {
  const loads = new Map<string, Load>();

  function isCurrent(id: string, load: Load): boolean {
    if (load.flushes !== engine.flushes || engine.loads.isRaised(id, load.fences.loadMark)) return false;
    return load.reservation?.isFenced() !== true;
  }

  async function run(call: Call, produce: Produce, terms: WriteTerms, load: Omit<Load, 'result'>): Promise<Loaded> {
    const read = engine.redis && (await readRedis(engine, engine.redis, call, 'with fences'));
    if (read?.held) {
      call.outcomes.hitRedis += 1;
      return { found: read.held.entry, from: 'redis' };
    }
    call.outcomes.miss += 1;
    // Where Redis has just not answered, to ask it again would be to wait again.
    const generations = read?.seen
      ? await engine.generations.forWrite(terms.tags, terms.ttlMs)
      : engine.generations.forMemory(terms.tags);
    load.reservation = createReservation(engine, call, terms, load.fences, generations, read?.seen);
    const produced = await produce();
    if (produced) await load.reservation.commit(produced.value);
    return { found: produced, from: 'loader' };
  }

  return {
    join(id) {
      const load = loads.get(id);
      return load && isCurrent(id, load) ? load.result : undefined;
    },
    begin(call, produce, terms) {
      const { id } = call.address;
      const begun = { fences: markFences(engine), flushes: engine.flushes, reservation: undefined };
      const load: Load = Object.assign(begun, { result: run(call, produce, terms, begun) });
      loads.set(id, load);
      const leave = () => {
        if (loads.get(id) === load) loads.delete(id);
      };
      load.result.then(leave, leave);
      return load.result;
    },
  };
}
