import { idBesideEntries } from '../entries/address.ts';
import type { Encoded } from '../entries/encoded.ts';
import { type LifetimeTerms, lifetimeAt, spread, wholeLifeMs } from '../entries/freshness.ts';
import { holdEntry } from '../entries/held.ts';
import { encodeValue, frameOf, refuseTooLarge } from '../entries/value-to-frame.ts';
import { areCurrent, type Generation } from '../generations/generations.ts';
import type { WriteGenerations } from '../generations/write-generations.ts';
import { isFailure, UNANSWERED } from '../redis/redis-state.ts';
import type { CommitTerms } from '../redis/redis-writes.ts';
import { generationsWith } from './late-tags.ts';
import type { Work } from './work.ts';

/** How the value is to be kept, known when there is one. */
export interface KeepTerms {
  readonly life: LifetimeTerms;
  /** In addition to those of the call. */
  readonly lateTags?: readonly string[] | undefined;
  readonly validator?: string | undefined;
}

const NO_TAGS: readonly string[] = Object.freeze([]);

/**
 * Stores the value unless its work was overtaken. Synchronous where nothing has to be asked or waited for.
 *
 * @returns whether it was kept.
 */
export function keep(work: Work, value: unknown, terms: KeepTerms): boolean | Promise<boolean> {
  const { engine, call } = work;
  if (engine.mode === 'bypass') return false;
  const life = spread(terms.life, work.terms.jitter, Math.random);
  const encoded = encodeValue(engine, call, value, terms.validator);
  if (refuseTooLarge(engine, call, encoded)) return false;
  const stamped = generationsWith(work, terms.lateTags ?? NO_TAGS, wholeLifeMs(life));
  return stamped instanceof Promise
    ? stamped.then((known) => keepUnder(work, encoded, life, known))
    : keepUnder(work, encoded, life, stamped);
}

function keepUnder(
  work: Work,
  encoded: Encoded,
  life: LifetimeTerms,
  stamped: WriteGenerations | undefined,
): boolean | Promise<boolean> {
  if (!stamped || isFencedFor(work, stamped.generations)) return refuse(work);
  const { engine, call, seen } = work;
  const replacesBuffered = !engine.redis || (seen !== undefined && stamped.shared);
  // A buffered write is from before the work (a later one would have fenced it), so it is older than the value. Where that cannot
  // go to Redis, the write still is to: what was there before it must not come back. The others have not heard of the write.
  const isInPlace = replacesBuffered && engine.writeBack.find(call.address.id) !== undefined;
  const landing = replacesBuffered ? engine.writeBack.discard([call.address.id]) : undefined;
  return landing
    ? landing.then(() => keepInTiers(work, encoded, life, stamped, isInPlace))
    : keepInTiers(work, encoded, life, stamped, isInPlace);
}

function keepInTiers(
  work: Work,
  encoded: Encoded,
  life: LifetimeTerms,
  { generations, shared }: WriteGenerations,
  isInPlace: boolean,
): boolean | Promise<boolean> {
  const { engine, call, fences, seen } = work;
  if (engine.redis && seen && shared) return keepInBoth(work, encoded, life, generations, { seen, isTold: isInPlace });
  // Redis is not asked. What has come there since, memory must not hide.
  if (engine.fills.isRaised(call.address.id, fences.fillMark)) return refuse(work);
  return keepInMemory(work, encoded, life, generations);
}

/** Whether an entry that stands on these generations would be out of date already. */
export function isFencedFor({ engine, call, fences, seen }: Work, generations: readonly Generation[]): boolean {
  const { loads } = engine;
  // Nearly always nothing was raised meanwhile: then no tag's id is made.
  if (loads.mark() > fences.loadMark) {
    if (loads.isRaised(call.address.id, fences.loadMark)) return true;
    if (generations.some(({ tag }) => loads.isRaised(idBesideEntries(tag), fences.loadMark))) return true;
  }
  if (!seen) return false;
  // The tombstone of an invalidation early in the work may have expired by now.
  // One clock may have been set back meanwhile, and the other stands still while the machine sleeps.
  const elapsedMs = Math.max(engine.clock.now() - fences.startedAtMs, performance.now() - fences.begunAt);
  return elapsedMs >= engine.tombstoneTtlMs;
}

function refuse({ call }: Work): false {
  call.outcomes.fenced += 1;
  return false;
}

function keepInMemory(work: Work, encoded: Encoded, life: LifetimeTerms, generations: readonly Generation[]): boolean {
  const { engine, call } = work;
  const { id } = call.address;
  if (isFencedFor(work, generations)) return refuse(work);
  const lifetime = lifetimeAt(life, engine.clock.now());
  const held = holdEntry(call, encoded, lifetime, generations, lifetime.storedAtMs);
  if (areCurrent(generations)) engine.memory.store(id, held);
  return engine.memory.holds(id, held);
}

async function keepInBoth(
  work: Work,
  encoded: Encoded,
  life: LifetimeTerms,
  generations: readonly Generation[],
  { seen, isTold }: Omit<CommitTerms, 'claim'>,
): Promise<boolean> {
  const { engine, call, lease } = work;
  const { id, space, key } = call.address;
  const lifetime = lifetimeAt(life, engine.clock.now());
  const frame = frameOf(engine, call, encoded, lifetime, generations);
  const kept = await engine.redis?.commit(call.address, frame, wholeLifeMs(life), { seen, claim: lease, isTold });
  // A commit ends the lease in Redis. Without one those who wait would wait until it has run out.
  if (isFailure(kept)) lease?.release('free');
  else lease?.end();
  if (kept === false) return refuse(work);
  // The commit may still arrive, when the tombstones that it compares have long expired.
  if (kept === UNANSWERED) engine.replay.later({ keys: [[space, key]] });
  if (isFailure(kept)) return keepInMemory(work, encoded, life, generations);
  if (isFencedFor(work, generations)) {
    // Redis took it before it knew of what this process knows now. What has been set there since is not to go with it.
    const removed = await engine.redis?.withdraw(call.address, frame);
    if (isFailure(removed)) engine.replay.later({ keys: [[space, key]] });
    // It may have been read meanwhile.
    engine.fills.raise(id);
    if (engine.memory.look(id, space)?.entry.storedAtMs === lifetime.storedAtMs) engine.memory.drop(id);
    return refuse(work);
  }
  // What is still being read of Redis, and what memory has, may be from before this.
  engine.fills.raise(id);
  engine.waitingWrites.hearOfLoad(id);
  if (areCurrent(generations)) {
    engine.memory.store(id, holdEntry(call, encoded, lifetime, generations, engine.clock.now()));
  } else {
    engine.memory.drop(id);
  }
  return true;
}
