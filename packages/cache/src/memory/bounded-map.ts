import type { Clock } from '@breakwater/core';
import { createSieve, type Sieve, type Spot, spotOf, type Used } from './sieve.ts';
import { createVacancies, type Vacant } from './vacancies.ts';

/** Values by id, bounded by count and bytes; the bytes of some of them also by a budget of their own. */
export interface BoundedMap<Value> {
  /** A use. The clock is read for what is there: what is asked for next in Redis need not pay for it. */
  get(id: string, clock: Clock): Value | undefined;
  /** No use. */
  peek(id: string): Value | undefined;
  /** Whether a value of this size is smaller than the bounds. */
  fits(bytes: number, budget: Budget | undefined): boolean;
  /** Takes the place of what the id had. @returns whether it is kept: one that does not fit is not. */
  set(id: string, value: Value, terms: HoldTerms): boolean;
  /** @returns what it had. */
  delete(id: string): Value | undefined;
  ids(): IterableIterator<string>;
  /** Those that were used since they came, or since they last might have had to leave: what came last first. */
  usedIds(): string[];
  clear(): void;
  stats(): BoundedMapStats;
}

export interface BoundedMapStats {
  readonly entries: number;
  readonly bytes: number;
  /** Values that left for want of room. */
  readonly evictions: number;
  /** Values that were found past their time. */
  readonly expiries: number;
}

/** How a value is held: what it takes, and for how long. */
export interface HoldTerms {
  readonly bytes: number;
  /** From then on it is gone. */
  readonly untilMs: number;
  readonly budget: Budget | undefined;
}

/** The bytes that some of the values may take together. */
export interface Budget {
  readonly maxBytes: number;
  bytes: number;
  readonly order: Sieve<Used & { readonly id: string }>;
}

export interface BoundedMapOptions<Value> {
  readonly maxEntries: number;
  readonly maxBytes: number;
  /** Called with every value that is no longer held, whichever way it left. */
  readonly onRemoved: (value: Value) => void;
}

/**
 * Where a value is held. A value that comes is given the place of the last that left, and a place without a value names none:
 * a Map leaves its tables behind as it grows and shrinks, each of which names the next, and once V8 has moved one of them to its
 * old generation, its young collections keep whatever any of them names. A full cache would copy every value there is to forget.
 */
interface Place<Value> extends Used, Vacant {
  id: string;
  /** `undefined` where it is vacant. */
  value: Value | undefined;
  bytes: number;
  untilMs: number;
  budget: Budget | undefined;
  spot: Spot<Place<Value>> | undefined;
  /** In the order of its budget. */
  budgetSpot: Spot<Used & { readonly id: string }> | undefined;
}

/** Of all entries there may be. Keys that come and go by turns are looked for past as many dead ones as this is the part of. */
const VACANT_SHARE = 1 / 64;

export function createBudget(maxBytes: number): Budget {
  return { maxBytes, bytes: 0, order: createSieve() };
}

export function createBoundedMap<Value>({
  maxEntries,
  maxBytes,
  onRemoved,
}: BoundedMapOptions<Value>): BoundedMap<Value> {
  const places = new Map<string, Place<Value>>();
  const order = createSieve<Place<Value>>();
  const vacancies = createVacancies<Place<Value>>(Math.ceil(maxEntries * VACANT_SHARE));
  let size = 0;
  let bytes = 0;
  let evictions = 0;
  let expiries = 0;
  let spare: Place<Value> | undefined;

  function remove(place: Place<Value>): void {
    const { value, budget, spot, budgetSpot } = place;
    if (spot) order.remove(spot);
    size -= 1;
    bytes -= place.bytes;
    if (budget && budgetSpot) {
      budget.order.remove(budgetSpot);
      budget.bytes -= place.bytes;
    }
    place.value = undefined;
    // Found, it gives its value, which is none: a hit need not ask whether a place is vacant.
    place.untilMs = Number.POSITIVE_INFINITY;
    const oldest = vacancies.add(place);
    if (oldest && oldest.value === undefined) giveUp(oldest);
    onRemoved(value as Value);
  }

  function giveUp(vacant: Place<Value>): void {
    places.delete(vacant.id);
    spare = vacant;
  }

  function addPlace(id: string): Place<Value> {
    const place = spare ?? createPlace<Value>();
    spare = undefined;
    place.id = id;
    places.set(id, place);
    return place;
  }

  function evict(place: Place<Value> | undefined): void {
    if (!place) return;
    remove(place);
    evictions += 1;
  }

  function makeRoom(needed: number, budget: Budget | undefined): void {
    while (budget && budget.bytes + needed > budget.maxBytes) evict(places.get(budget.order.victim()?.id ?? ''));
    while (size >= maxEntries || bytes + needed > maxBytes) evict(order.victim());
  }

  function fits(needed: number, budget: Budget | undefined): boolean {
    return needed <= maxBytes && (budget === undefined || needed <= budget.maxBytes);
  }

  return {
    get(id, clock) {
      const place = places.get(id);
      if (place === undefined) return undefined;
      if (clock.now() < place.untilMs) {
        place.isUsed = true;
        return place.value;
      }
      remove(place);
      expiries += 1;
      return undefined;
    },
    peek: (id) => places.get(id)?.value,
    fits,
    set(id, value, { bytes: needed, untilMs, budget }) {
      // Looked for once: with many entries, that is most of what a write to memory takes.
      const present = places.get(id);
      if (present?.value !== undefined) remove(present);
      if (!fits(needed, budget)) return false;
      const place = present ?? addPlace(id);
      place.value = value;
      // With its value, since a vacant place may be given up for one that has to leave.
      makeRoom(needed, budget);
      place.isUsed = false;
      place.bytes = needed;
      place.untilMs = untilMs;
      place.budget = budget;
      place.spot ??= spotOf(place);
      order.add(place.spot);
      if (budget) {
        place.budgetSpot ??= spotOf(place);
        budget.order.add(place.budgetSpot);
        budget.bytes += needed;
      }
      size += 1;
      bytes += needed;
      return true;
    },
    delete(id) {
      const place = places.get(id);
      const value = place?.value;
      if (place && value !== undefined) remove(place);
      return value;
    },
    *ids() {
      for (const { id, value } of places.values()) if (value !== undefined) yield id;
    },
    usedIds() {
      const used: string[] = [];
      for (const { id, isUsed } of order.newestFirst()) if (isUsed) used.push(id);
      return used;
    },
    clear() {
      for (const place of [...places.values()]) if (place.value !== undefined) remove(place);
    },
    stats: () => ({ entries: size, bytes, evictions, expiries }),
  };
}

function createPlace<Value>(): Place<Value> {
  return {
    id: '',
    value: undefined,
    isUsed: false,
    bytes: 0,
    untilMs: 0,
    budget: undefined,
    spot: undefined,
    budgetSpot: undefined,
    seat: 0,
  };
}
