import { deepCopy } from '../codecs/deep-copy.ts';
import { isOwn } from '../codecs/own-codecs.ts';
import type { Call, Engine } from '../engine.ts';
import type { Entry } from '../entries/entry.ts';
import { isExpired, type LifetimeTerms } from '../entries/freshness.ts';
import { LoadTimeoutError } from '../errors.ts';
import { MAX_TAGS } from '../input.ts';
import type { WriteTerms } from '../options/terms.ts';
import type { Outcomes } from '../outcomes.ts';
import type { Awaitable } from './circles.ts';
import type { Lease } from './leases.ts';
import type { Load, LoadPurpose } from './load.ts';
import { createLoadContext, type LoadWishes } from './load-context.ts';
import type { LoadContext } from './loader.ts';
import type { FencedReservation } from './reservation.ts';

/** Makes the value that no tier has, for `load`; `undefined` where there is none to give. */
export type Produce = (context: LoadContext, load: Awaitable) => Promise<{ readonly value: unknown } | undefined>;

type Produced = Awaited<ReturnType<Produce>>;

export interface LoadRequest {
  readonly call: Call;
  readonly produce: Produce;
  readonly terms: WriteTerms;
  readonly purpose: LoadPurpose;
  /** Called when another process turns out to load the key. */
  readonly onWaiting?: () => void;
}

/** A load that found no answer in either tier, and runs the loader. */
export interface Run extends LoadRequest {
  readonly load: Load;
  readonly outcomes: Outcomes;
  readonly reservation: FencedReservation;
  readonly lease: Lease | undefined;
  /** The entry that it is to replace, which may be served where the loader fails. */
  readonly known: Entry<unknown> | undefined;
}

/** Runs the loader for a load, and releases its lease, however that ends: other processes wait for it. */
export async function produceUnderLease(engine: Engine, run: Run): Promise<void> {
  const release = () => run.lease?.release('free');
  run.load.signal.addEventListener('abort', release, { once: true });
  try {
    await produceFor(engine, run);
  } finally {
    release();
  }
}

async function produceFor(engine: Engine, run: Run): Promise<void> {
  const { call, load, terms } = run;
  if (answerRecent(engine, run)) return;
  // All who waited may have left while Redis was read.
  load.signal.throwIfAborted();
  const { context, wishes } = createLoadContext(() => staleFor(run), load.signal, terms.tags);
  const stopTimers = startTimers(engine, run);
  let produced: Produced;
  try {
    produced = await run.produce(context, load);
  } catch (error) {
    // An abandoned load ended by its timeout, which was reported then, or because nobody waits for it.
    if (!load.signal.aborted) giveUp(engine, run, error);
    else if (!load.isAnswered) load.fail(error);
    return;
  } finally {
    stopTimers();
  }
  engine.failures.forget(call.address.id);
  const { replacedBy, signal } = load;
  // What an abandoned load brings is kept where no later load of the key has begun.
  const isOvertaken = replacedBy === 'force' || (replacedBy !== undefined && signal.aborted);
  const isLate = !isOvertaken && (await keepProduced(run, produced, wishes));
  load.settle({ found: produced, from: 'loader', isDue: false, isLate });
}

/** The entry for `context.stale()`, copied where the policy's readers get copies. */
function staleFor({ call, known }: Run): Entry<unknown> | undefined {
  const isCopied = known && call.memoryPolicy.isCopied && isOwn(call.codec);
  return isCopied ? { ...known, value: deepCopy(known.value) } : known;
}

/** Answers with the error of the last load within its `retryAfter`. @returns whether there was one. */
function answerRecent(engine: Engine, run: Run): boolean {
  const { call, load, terms, purpose } = run;
  const recent = purpose === 'force' ? undefined : engine.failures.recent(call.address.id, terms.tags);
  if (!recent) return false;
  const stale = spareOf(engine, run);
  if (stale) answerStale(run, stale, recent.error);
  else load.fail(recent.error);
  return true;
}

/** @returns whether a tag that only the loader named may have been invalidated meanwhile. */
async function keepProduced(run: Run, produced: Produced, wishes: LoadWishes): Promise<boolean> {
  const isKept = produced && !wishes.isSkipped ? await keepAsWished(run, produced.value, wishes) : undefined;
  const isLate = isKept === false && wishes.tags.length > 0;
  // Others need not wait for what is not kept. Not so where it was overtaken: one of those who wait is to load it
  // again.
  if (!isKept && !isLate && !run.reservation.isFenced()) run.lease?.release('unkept');
  return isLate;
}

/** With what the loader has said of it. @returns whether it was kept, `undefined` where it was not to be. */
async function keepAsWished(
  { reservation, terms }: Run,
  value: unknown,
  wishes: LoadWishes,
): Promise<boolean | undefined> {
  const life = lifeOf(value, terms, wishes);
  if (life.ttlMs === 0) return undefined;
  if (!isRenewed(value, wishes))
    return reservation.keep(value, { life, lateTags: wishes.tags, validator: wishes.validator });
  // The loader that named them when it made the value does not name them again when it finds nothing changed.
  const tags = new Set([...terms.tags, ...wishes.given.tags, ...wishes.tags]);
  if (tags.size > MAX_TAGS) return undefined;
  const lateTags = [...tags].slice(terms.tags.length);
  return reservation.keep(value, { life, lateTags, validator: wishes.validator ?? wishes.given.validator });
}

/** Whether the loader gave the entry that it was to replace, which it had asked for. */
function isRenewed(value: unknown, wishes: LoadWishes): wishes is LoadWishes & { readonly given: Entry<unknown> } {
  return wishes.given !== undefined && value === wishes.given.value;
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

/**
 * The entry to serve in place of an error, or of a longer wait. What was known before an invalidation during the load
 * is none; after an expiry memory has it still.
 */
function spareOf(engine: Engine, { known, reservation, call }: Run): Entry<unknown> | undefined {
  const { id, space } = call.address;
  const spare = reservation.isFenced() ? engine.memory.find(id, space)?.entry : known;
  return spare && !isExpired(spare, engine.clock.now()) ? spare : undefined;
}

function answerStale({ load, outcomes }: Run, stale: Entry<unknown>, error: unknown): void {
  outcomes.stale += 1;
  load.settle({ found: stale, from: 'stale', isDue: false, error });
}

/** The error of a load is that of its callers, unless a stale entry can be served to them. */
function giveUp(engine: Engine, run: Run, error: unknown): void {
  const { call, load, terms } = run;
  engine.failures.record(call.address.id, error, terms.load.retryAfterMs);
  const wasAnswered = load.isAnswered;
  const stale = wasAnswered ? undefined : spareOf(engine, run);
  if (stale) answerStale(run, stale, error);
  else load.fail(error);
  if (stale || wasAnswered) engine.events.emit('load:failed', { error });
}
