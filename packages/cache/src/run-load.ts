import type { Call, Engine } from './engine.ts';
import type { Entry } from './entry.ts';
import { LoadTimeoutError } from './errors.ts';
import { headerOf } from './frame.ts';
import { isDueEarly, isExpired, isFresh, isServedStale, type LifetimeTerms, wholeLifeMs } from './freshness.ts';
import { ALONE, createTurns, type Turns } from './lease-turns.ts';
import type { Lease } from './leases.ts';
import type { Load, Loaded } from './load.ts';
import { createLoadContext, type LoadWishes } from './load-context.ts';
import type { LoadContext } from './loader.ts';
import { createOutcomes, type Outcomes } from './outcomes.ts';
import { readRedis } from './read-redis.ts';
import { createReservation, type FencedReservation, markFences, tagsToTake, type WriteTerms } from './reservation.ts';

/** Makes the value that no tier has; `undefined` where there is none to give. */
export type Produce = (context: LoadContext) => Promise<{ readonly value: unknown } | undefined>;

export interface LoadRequest {
  readonly call: Call;
  readonly produce: Produce;
  readonly terms: WriteTerms;
  /** A refresh is nobody's call, and takes nothing that is due for one; what is forced takes nothing, and waits for nobody. */
  readonly purpose: 'answer' | 'refresh' | 'force';
  /** Called when another process turns out to load the key. */
  readonly onWaiting?: () => void;
}

/** A load that no tier could answer. */
interface Run extends LoadRequest {
  readonly load: Load;
  readonly outcomes: Outcomes;
  readonly reservation: FencedReservation;
  readonly lease: Lease | undefined;
  /** What may be served in place of what cannot be had. */
  readonly known: Entry<unknown> | undefined;
}

/** Settles `load`. Resolves, always, when nothing of it runs any more. */
export async function runLoad(
  engine: Engine,
  load: Load,
  request: LoadRequest,
  isReplaced: () => boolean,
): Promise<void> {
  const turns = createTurns(engine, { ...request, signal: load.signal });
  try {
    // While another process loads the key, it is to be tried again.
    while (!(await attempt(engine, load, request, turns, isReplaced))) load.signal.throwIfAborted();
  } catch (error) {
    if (load.isAnswered) engine.events.emit('load:failed', { error });
    load.fail(error);
  } finally {
    turns.close();
  }
}

/** @returns whether the load is over. */
async function attempt(
  engine: Engine,
  load: Load,
  request: LoadRequest,
  turns: Turns,
  isReplaced: () => boolean,
): Promise<boolean> {
  const { call, terms, purpose } = request;
  const { id, space } = call.address;
  const outcomes = purpose === 'refresh' ? createOutcomes() : call.outcomes;
  // What was invalidated while it waited is nothing to a load that begins only now.
  load.fences = markFences(engine);
  load.flushes = engine.flushes;
  const read = engine.redis && (await readRedis(engine, engine.redis, call, 'with fences'));
  const known = (read?.held ?? engine.memory.find(id, space))?.entry;
  const answer = known && purpose !== 'force' && answerOf(engine, known, request);
  if (answer) {
    settleFound(load, outcomes, answer, turns.hasWaited);
    return true;
  }
  const spare = known && !isExpired(known, engine.clock.now()) ? known : undefined;
  const tags = tagsToTake(engine, call, terms, known);
  const isAlone = purpose === 'force' || engine.failures.recent(id, terms.tags) !== undefined;
  // Where Redis has just not answered, to ask it again would be to wait again. What it is asked leaves in one call.
  const [generations, turn] = read?.seen
    ? await Promise.all([
        engine.generations.forWrite(tags, wholeLifeMs(terms)),
        isAlone ? ALONE : turns.next(headerOf(read.bytes), waitOf(terms, spare)),
      ])
    : [engine.generations.forMemory(tags), ALONE];
  if (turn === 'changed' || turn === 'woken') return false;
  if (turn === 'timed out' && spare) {
    outcomes.stale += 1;
    load.settle({ found: spare, from: 'stale', isDue: false });
    return true;
  }
  outcomes.miss += 1;
  const lease = turn === 'timed out' ? undefined : turn.lease;
  const reservation = createReservation(engine, call, terms, load.fences, generations, read?.seen, lease);
  load.reservation = reservation;
  await produceUnderLease(engine, { ...request, load, outcomes, reservation, lease, known }, isReplaced);
  return true;
}

/** However the load ends, nobody waits for it any longer. */
async function produceUnderLease(engine: Engine, run: Run, isReplaced: () => boolean): Promise<void> {
  const release = () => run.lease?.release('free');
  run.load.signal.addEventListener('abort', release, { once: true });
  try {
    await produceFor(engine, run, isReplaced);
  } finally {
    release();
  }
}

/** What another process has loaded meanwhile is no hit: its caller waited for a load. */
function settleFound(load: Load, outcomes: Outcomes, answer: Loaded, hasWaited: boolean): void {
  const from = answer.from === 'redis' && hasWaited ? 'loader' : answer.from;
  if (from === 'stale') outcomes.stale += 1;
  else outcomes[from === 'loader' ? 'coalesced' : 'hitRedis'] += 1;
  load.settle({ ...answer, from });
}

function waitOf({ load }: WriteTerms, spare: Entry<unknown> | undefined): number {
  return spare && load.softTimeoutMs !== undefined ? Math.min(load.softTimeoutMs, load.leaseWaitMs) : load.leaseWaitMs;
}

/** What needs no loader. */
function answerOf(engine: Engine, known: Entry<unknown>, { terms, purpose }: LoadRequest): Loaded | undefined {
  const nowMs = engine.clock.now();
  const isDue = isDueEarly(known, terms.load.eagerRefresh, nowMs);
  if (purpose === 'refresh') {
    return isFresh(known, nowMs) && !isDue ? { found: known, from: 'redis', isDue } : undefined;
  }
  if (isFresh(known, nowMs)) return { found: known, from: 'redis', isDue };
  return isServedStale(known, nowMs) ? { found: known, from: 'stale', isDue: true } : undefined;
}

async function produceFor(engine: Engine, run: Run, isReplaced: () => boolean): Promise<void> {
  const { call, load, terms } = run;
  if (answerRecent(engine, run)) return;
  // All who waited may have left while Redis was read.
  load.signal.throwIfAborted();
  const wishes = createLoadContext(run.known, load.signal, terms.tags);
  const stopTimers = startTimers(engine, run);
  let produced: Awaited<ReturnType<Produce>>;
  try {
    produced = await run.produce(wishes.context);
  } catch (error) {
    // The error of a load that was abandoned has been reported, if it is one.
    if (!load.signal.aborted) giveUp(engine, run, error);
    else if (!load.isAnswered) load.fail(error);
    return;
  } finally {
    stopTimers();
  }
  engine.failures.forget(call.address.id);
  const isOvertaken = load.isOverruled || (load.signal.aborted && isReplaced());
  const isLate = !isOvertaken && (await keepProduced(run, produced, wishes));
  load.settle({ found: produced, from: 'loader', isDue: false, isLate });
}

/** Gives the error of a load that failed lately again. @returns whether there was one. */
function answerRecent(engine: Engine, run: Run): boolean {
  const { call, load, terms, purpose } = run;
  const recent = purpose === 'force' ? undefined : engine.failures.recent(call.address.id, terms.tags);
  if (!recent) return false;
  const stale = spareOf(engine, run);
  if (stale) answerStale(run, stale, recent.error);
  else load.fail(recent.error);
  return true;
}

/** @returns whether it was kept, `undefined` where it was not to be. */
async function keep(
  { reservation, terms, known }: Run,
  value: unknown,
  wishes: LoadWishes,
): Promise<boolean | undefined> {
  const life = lifeOf(value, terms, wishes);
  if (life.ttlMs === 0) return undefined;
  const isRenewed = known !== undefined && value === known.value;
  const validator = wishes.validator ?? (isRenewed ? known.validator : undefined);
  return reservation.keep(value, { life, lateTags: wishes.tags, validator });
}

function lifeOf(value: unknown, terms: WriteTerms, { ttlMs }: LoadWishes): LifetimeTerms {
  if (ttlMs !== undefined) return { ...terms, ttlMs };
  const { negativeTtlMs } = terms.load;
  if ((value !== null && value !== undefined) || negativeTtlMs === undefined) return terms;
  return { ttlMs: negativeTtlMs, staleWhileRevalidateMs: 0, staleIfErrorMs: 0 };
}

function startTimers(engine: Engine, run: Run): () => void {
  const { call, load, terms, known, purpose } = run;
  const { softTimeoutMs, hardTimeoutMs } = terms.load;

  function answerWhatIsKnown(): void {
    const stale = spareOf(engine, run);
    if (!stale) return;
    run.outcomes.stale += 1;
    load.answerEarly(stale);
    engine.background.run('a load beyond its softTimeout', () => load.over);
  }

  function timeOut(timeoutMs: number): void {
    const error = new LoadTimeoutError(call.address.key, timeoutMs);
    load.abandon(error);
    giveUp(engine, run, error);
  }

  const hasSoft = softTimeoutMs !== undefined && known !== undefined && purpose === 'answer';
  const soft = hasSoft ? setTimeout(answerWhatIsKnown, softTimeoutMs).unref() : undefined;
  const hard = hardTimeoutMs === undefined ? undefined : setTimeout(timeOut, hardTimeoutMs, hardTimeoutMs).unref();
  return () => {
    clearTimeout(soft);
    clearTimeout(hard);
  };
}

/** What is better than an error, or than to wait: what was invalidated during the load is not. */
function spareOf(engine: Engine, { known, reservation }: Run): Entry<unknown> | undefined {
  return known && !isExpired(known, engine.clock.now()) && !reservation.isFenced() ? known : undefined;
}

function answerStale({ load, outcomes }: Run, stale: Entry<unknown>, error: unknown): void {
  outcomes.stale += 1;
  load.settle({ found: stale, from: 'stale', isDue: false, error });
}

/** The error of a load reaches its callers, unless there is something better for them. */
function giveUp(engine: Engine, run: Run, error: unknown): void {
  const { call, load, terms } = run;
  engine.failures.record(call.address.id, error, terms.load.retryAfterMs);
  const wasAnswered = load.isAnswered;
  const stale = wasAnswered ? undefined : spareOf(engine, run);
  if (stale) answerStale(run, stale, error);
  else load.fail(error);
  if (stale || wasAnswered) engine.events.emit('load:failed', { error });
}
