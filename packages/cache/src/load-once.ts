import type { Loader } from './cache.ts';
import type { Call, Engine } from './engine.ts';
import { readRedis } from './read-redis.ts';
import { createReservation, type FencedReservation, type Fences, markFences, type WriteTerms } from './reservation.ts';

/** What a load came to, so that each waiter can count it. */
export interface Loaded {
  readonly value: unknown;
  readonly from: 'redis' | 'loader';
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
  /** Reads Redis, then runs the loader, and keeps what it gives. */
  begin(call: Call, loader: Loader<unknown>, terms: WriteTerms): Promise<Loaded>;
}

export function createLoadOnce(engine: Engine): LoadOnce {
  const loads = new Map<string, Load>();

  function isCurrent(id: string, load: Load): boolean {
    if (load.flushes !== engine.flushes || engine.loads.isRaised(id, load.fences.loadMark)) return false;
    return load.reservation?.isFenced() !== true;
  }

  async function run(
    call: Call,
    loader: Loader<unknown>,
    terms: WriteTerms,
    load: Omit<Load, 'result'>,
  ): Promise<Loaded> {
    const read = engine.redis && (await readRedis(engine, engine.redis, call, 'with fences'));
    if (read?.held) {
      call.outcomes.hitRedis += 1;
      return { value: read.held.entry.value, from: 'redis' };
    }
    call.outcomes.miss += 1;
    // Where Redis has just not answered, to ask it again would be to wait again.
    const generations = read?.seen
      ? await engine.generations.forWrite(terms.tags, terms.ttlMs)
      : engine.generations.forMemory(terms.tags);
    load.reservation = createReservation(engine, call, terms, load.fences, generations, read?.seen);
    const value = await callLoader(call, loader);
    await load.reservation.commit(value);
    return { value, from: 'loader' };
  }

  async function callLoader({ address, outcomes }: Call, loader: Loader<unknown>): Promise<unknown> {
    const startedAt = performance.now();
    outcomes.loads += 1;
    try {
      return await loader(address.key);
    } catch (error) {
      outcomes.loadErrors += 1;
      throw error;
    } finally {
      engine.latency.load.record(performance.now() - startedAt);
    }
  }

  return {
    join(id) {
      const load = loads.get(id);
      return load && isCurrent(id, load) ? load.result : undefined;
    },
    begin(call, loader, terms) {
      const { id } = call.address;
      const begun = { fences: markFences(engine), flushes: engine.flushes, reservation: undefined };
      const load: Load = Object.assign(begun, { result: run(call, loader, terms, begun) });
      loads.set(id, load);
      const leave = () => {
        if (loads.get(id) === load) loads.delete(id);
      };
      load.result.then(leave, leave);
      return load.result;
    },
  };
}
