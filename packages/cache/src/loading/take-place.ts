import type { Call, Engine } from '../engine.ts';
import type { Entry } from '../entries/entry.ts';
import { headerOf } from '../entries/frame.ts';
import { wholeLifeMs } from '../entries/freshness.ts';
import type { WriteGenerations } from '../generations/write-generations.ts';
import type { WriteTerms } from '../options/terms.ts';
import type { RedisRead } from '../redis/read-redis.ts';
import { ALONE, type Turn } from './lease-turns.ts';
import type { Lease } from './leases.ts';
import { createReservation, type FencedReservation, tagsToTake } from './reservation.ts';
import type { Fences } from './work.ts';

/** What is known of a key by one who is about to make its value. */
export interface Prospect {
  readonly call: Call;
  readonly terms: WriteTerms;
  /** From before the read. */
  readonly fences: Fences;
  /** `undefined` without Redis. */
  readonly read: RedisRead | undefined;
  /** The entry whose tags the loader is likely to name again. */
  readonly known?: Entry<unknown> | undefined;
}

/** The place of one who makes a value: alone in the fleet by a lease, or without one where that cannot be, or is not worth it. */
export interface Place {
  readonly turn: Turn;
  readonly lease: Lease | undefined;
  readonly reservation: FencedReservation;
}

/**
 * Takes the generations that the value will stand on, and the caller's turn: both questions leave in one script call. At once
 * where Redis is not asked.
 *
 * @param takeTurn is asked with the header of the entry as it was read; not where Redis has just failed to answer, since that would
 * be to wait for it again.
 * @returns `undefined` where the key is to be read again: another process has replaced the entry, or has just been waited for.
 */
export function takePlace(
  engine: Engine,
  prospect: Prospect,
  takeTurn: (header: Buffer) => Turn | Promise<Turn>,
): Place | undefined | Promise<Place | undefined> {
  const { call, terms, read, known } = prospect;
  const tags = tagsToTake(engine, call, terms, known);
  if (!read?.seen) return placeOf(engine, prospect, engine.generations.forMemory(tags), ALONE);
  const asked = [engine.generations.forWrite(tags, wholeLifeMs(terms)), takeTurn(headerOf(read.bytes))] as const;
  return Promise.all(asked).then(([taken, turn]) => placeOf(engine, prospect, taken, turn));
}

function placeOf(
  engine: Engine,
  { call, terms, fences, read }: Prospect,
  taken: WriteGenerations,
  turn: Turn,
): Place | undefined {
  if (turn === 'changed' || turn === 'woken') return undefined;
  const lease = turn === 'timed out' ? undefined : turn.lease;
  return {
    turn,
    lease,
    reservation: createReservation({ engine, call, terms, fences, taken, seen: read?.seen, lease }),
  };
}
