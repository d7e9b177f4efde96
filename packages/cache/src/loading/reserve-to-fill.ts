import type { Call, Engine } from '../engine.ts';
import type { Entry } from '../entries/entry.ts';
import { isFresh } from '../entries/freshness.ts';
import type { WriteTerms } from '../options/terms.ts';
import { readForLoad } from '../redis/read-redis.ts';
import type { Filling, FillingRight } from './filling.ts';
import { createTurns, type Turn, type Turns, UNKEPT } from './lease-turns.ts';
import type { Lease } from './leases.ts';
import { markFences } from './reservation.ts';
import { takePlace } from './take-place.ts';

/** What one process of the fleet is to fill. */
interface FillRequest {
  readonly call: Call;
  readonly terms: WriteTerms;
  readonly over: Entry<unknown> | undefined;
  readonly leaseWaitMs: number;
  /** Whether a stale entry counts as filled. */
  readonly findsStale: boolean;
}

const NEVER = new AbortController().signal;

/** While the cache is switched off. */
const KEPT_NOWHERE: Filling = Object.freeze({ right: 'no-fleet', commit: async () => false, abandon: () => {} });

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

async function attempt(engine: Engine, { call, terms, over, leaseWaitMs, findsStale }: FillRequest, turns: Turns) {
  const fences = markFences(engine);
  // While Redis is away, the caller has waited for it once, to read; it does not wait a second time. The value stays
  // in memory.
  const redis = engine.redis?.isUp() ? engine.redis : undefined;
  const read = redis && (await readForLoad(engine, redis, call));
  const { id, space } = call.address;
  const found = (read?.held ?? engine.memory.find(id, space))?.entry;
  const isOther = found && found.storedAtMs !== over?.storedAtMs;
  if (isOther && (findsStale || isFresh(found, engine.clock.now()))) return undefined;
  const place = await takePlace(engine, { call, terms, fences, read }, (header) => turns.next(header, leaseWaitMs));
  if (!place) return 'again';
  const { turn, lease, reservation } = place;
  const filling: Filling = {
    right: rightOf(turn, lease),
    async commit(value, options) {
      try {
        return await reservation.commit(value, options);
      } finally {
        // Does nothing where the commit has ended it in Redis.
        lease?.release('free');
      }
    },
    abandon: (because) => lease?.release(because === 'failed' ? 'free' : because),
  };
  return filling;
}

function rightOf(turn: Turn, lease: Lease | undefined): FillingRight {
  if (lease) return 'lease';
  if (turn === UNKEPT) return 'unkept';
  return turn === 'timed out' ? 'late' : 'no-fleet';
}
