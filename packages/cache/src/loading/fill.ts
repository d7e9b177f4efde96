import type { Call, Engine } from '../engine.ts';
import type { Entry } from '../entries/entry.ts';
import { headerOf } from '../entries/frame.ts';
import { isFresh, wholeLifeMs } from '../entries/freshness.ts';
import { readRedis } from '../redis/read-redis.ts';
import type { Filling } from './filling.ts';
import { ALONE, createTurns, type Turns } from './lease-turns.ts';
import { createReservation, markFences, tagsToTake, type WriteTerms } from './reservation.ts';

/** What one process of the fleet is to fill. */
interface FillRequest {
  readonly call: Call;
  readonly terms: WriteTerms;
  readonly over: Entry<unknown> | undefined;
}

const NEVER = new AbortController().signal;

/** While the cache is switched off. */
const KEPT_NOWHERE: Filling = Object.freeze({ commit: async () => false, abandon: () => {} });

/** Waits while another process fills the key. @returns `undefined` where that was done. */
export async function reserveToFill(engine: Engine, request: FillRequest): Promise<Filling | undefined> {
  if (engine.mode === 'bypass') return KEPT_NOWHERE;
  const turns = createTurns(engine, { ...request, signal: NEVER });
  try {
    for (;;) {
      const filling = await attempt(engine, request, turns);
      if (filling !== 'again') return filling;
    }
  } finally {
    turns.close();
  }
}

async function attempt(engine: Engine, { call, terms, over }: FillRequest, turns: Turns) {
  const fences = markFences(engine);
  const read = engine.redis && (await readRedis(engine, engine.redis, call, 'with fences'));
  const { id, space } = call.address;
  const found = (read?.held ?? engine.memory.find(id, space))?.entry;
  const isFilled = found && found.storedAtMs !== over?.storedAtMs && isFresh(found, engine.clock.now());
  if (isFilled) return undefined;
  const tags = tagsToTake(engine, call, terms);
  const [generations, turn] = read?.seen
    ? await Promise.all([
        engine.generations.forWrite(tags, wholeLifeMs(terms)),
        turns.next(headerOf(read.bytes), terms.load.leaseWaitMs),
      ])
    : [engine.generations.forMemory(tags), ALONE];
  if (turn === 'changed' || turn === 'woken') return 'again';
  const lease = turn === 'timed out' ? undefined : turn.lease;
  const reservation = createReservation(engine, call, terms, fences, generations, read?.seen, lease);
  const filling: Filling = {
    async commit(value, options) {
      try {
        return await reservation.commit(value, options);
      } finally {
        // Where it did not come to Redis.
        lease?.release('free');
      }
    },
    abandon: (because) => lease?.release(because === 'failed' ? 'free' : because),
  };
  return filling;
}
