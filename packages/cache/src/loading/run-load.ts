import type { Engine } from '../engine.ts';
import type { Entry } from '../entries/entry.ts';
import { isDueEarly, isExpired, isFresh, isServedStale } from '../entries/freshness.ts';
import { createOutcomes, type Outcomes } from '../outcomes.ts';
import { readForLoad } from '../redis/read-redis.ts';
import { ALONE, createTurns, type Turn, type Turns } from './lease-turns.ts';
import type { Load, Loaded } from './load.ts';
import { type LoadRequest, produceUnderLease } from './produce-load.ts';
import { markFences } from './reservation.ts';
import { takePlace } from './take-place.ts';

/** Settles `load`. Never rejects: it resolves when nothing of the load runs any more. */
export async function runLoad(engine: Engine, load: Load, request: LoadRequest): Promise<void> {
  const turns = createTurns(engine, { ...request, signal: load.signal });
  try {
    while (!(await attempt(engine, load, request, turns))) load.signal.throwIfAborted();
  } catch (error) {
    if (load.isAnswered) engine.events.emit('load:failed', { error });
    load.fail(error);
  } finally {
    turns.close();
  }
}

/** @returns whether the load is over; it is tried again where another process loads, or has replaced, the entry. */
async function attempt(engine: Engine, load: Load, request: LoadRequest, turns: Turns): Promise<boolean> {
  const { call, terms, purpose } = request;
  const { id, space } = call.address;
  const outcomes = purpose === 'refresh' ? createOutcomes() : call.outcomes;
  // Marked anew at each attempt: what was invalidated while it waited for another process does not concern it.
  load.fences = markFences(engine);
  const read = engine.redis && (await readForLoad(engine, engine.redis, call));
  const known = (read?.held ?? engine.memory.find(id, space))?.entry;
  const answer = known && purpose !== 'force' && answerOf(engine, known, request);
  if (answer) {
    settleFound(load, outcomes, answer, turns.hasWaited());
    return true;
  }
  const spare = known && !isExpired(known, engine.clock.now()) ? known : undefined;
  const prospect = { call, terms, fences: load.fences, read, known };
  const asked = takePlace(engine, prospect, (header) => takeTurn(engine, request, turns, header, spare));
  // Not awaited without Redis: the loader is called in the very turn of its caller.
  const place = asked instanceof Promise ? await asked : asked;
  if (!place) return false;
  if (place.turn === 'timed out' && spare) {
    outcomes.stale += 1;
    load.settle({ found: spare, from: 'stale', isDue: false });
    return true;
  }
  outcomes.miss += 1;
  const { lease, reservation } = place;
  load.reservation = reservation;
  await produceUnderLease(engine, { ...request, load, outcomes, reservation, lease, known });
  return true;
}

/** An entry that another process has loaded while this load waited for it is no hit: the caller waited for a load. */
function settleFound(load: Load, outcomes: Outcomes, answer: Loaded, hasWaited: boolean): void {
  const from = answer.from === 'redis' && hasWaited ? 'coalesced' : answer.from;
  if (from === 'stale') outcomes.stale += 1;
  else outcomes[from === 'coalesced' ? 'coalesced' : 'hitRedis'] += 1;
  load.settle({ ...answer, from });
}

/** A load that will not run its loader (it failed lately) takes no lease, and one that is forced waits for nobody. */
function takeTurn(
  engine: Engine,
  { call, terms, purpose }: LoadRequest,
  turns: Turns,
  header: Buffer,
  spare: Entry<unknown> | undefined,
): Turn | Promise<Turn> {
  if (purpose === 'force' || engine.failures.recent(call.address.id, terms.tags)) return ALONE;
  const { leaseWaitMs, softTimeoutMs = leaseWaitMs } = terms.load;
  return turns.next(header, spare ? Math.min(softTimeoutMs, leaseWaitMs) : leaseWaitMs);
}

/** The answer that needs no loader, if there is one. */
function answerOf(engine: Engine, known: Entry<unknown>, { terms, purpose }: LoadRequest): Loaded | undefined {
  const nowMs = engine.clock.now();
  const isDue = isDueEarly(known, terms.load.eagerRefresh, nowMs);
  if (purpose === 'refresh') {
    return isFresh(known, nowMs) && !isDue ? { found: known, from: 'redis', isDue } : undefined;
  }
  if (isFresh(known, nowMs)) return { found: known, from: 'redis', isDue };
  return isServedStale(known, nowMs) ? { found: known, from: 'stale', isDue: true } : undefined;
}
