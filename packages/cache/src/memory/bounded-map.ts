import { createSieve, type Sieve, type Spot, type Used } from './sieve.ts';

/** Values by id, bounded by count and bytes; the bytes of some of them also by a budget of their own. */
export interface BoundedMap<Value> {
  readonly size: number;
  readonly bytes: number;
  /** Values that left for want of room. */
  readonly evictions: number;
  /** Values that were found past their time. */
  readonly expiries: number;
  /** A use. */
  get(id: string, nowMs: number): Value | undefined;
  /** No use. */
  peek(id: string): Value | undefined;
  /** Whether a value of this size is smaller than the bounds. */
  fits(bytes: number, budget: Budget | undefined): boolean;
  /** Takes the place of what the id had. One that does not fit is not kept. */
  set(id: string, value: Value, terms: Terms): void;
  delete(id: string): boolean;
  ids(): IterableIterator<string>;
  /** Those that were used since they came, or since they last might have had to leave: what came last first. */
  usedIds(): string[];
  clear(): void;
}

export interface Terms {
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

interface Place<Value> extends Used, Terms {
  readonly id: string;
  readonly value: Value;
  spot: Spot<Place<Value>> | undefined;
  budgetSpot: Spot<Used & { readonly id: string }> | undefined;
}

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
  let bytes = 0;
  let evictions = 0;
  let expiries = 0;

  function remove(place: Place<Value>): void {
    const { spot, budget, budgetSpot } = place;
    places.delete(place.id);
    if (spot) order.remove(spot);
    bytes -= place.bytes;
    if (budget && budgetSpot) {
      budget.order.remove(budgetSpot);
      budget.bytes -= place.bytes;
    }
    onRemoved(place.value);
  }

  function drop(id: string): boolean {
    const place = places.get(id);
    if (place) remove(place);
    return place !== undefined;
  }

  function evict(id: string | undefined): void {
    if (id !== undefined && drop(id)) evictions += 1;
  }

  function makeRoom(needed: number, budget: Budget | undefined): void {
    while (budget && budget.bytes + needed > budget.maxBytes) evict(budget.order.victim()?.id);
    while (places.size >= maxEntries || bytes + needed > maxBytes) evict(order.victim()?.id);
  }

  function fits(needed: number, budget: Budget | undefined): boolean {
    return needed <= maxBytes && (budget === undefined || needed <= budget.maxBytes);
  }

  return {
    get size() {
      return places.size;
    },
    get bytes() {
      return bytes;
    },
    get evictions() {
      return evictions;
    },
    get expiries() {
      return expiries;
    },
    get(id, nowMs) {
      const place = places.get(id);
      if (place === undefined) return undefined;
      if (nowMs < place.untilMs) {
        place.isUsed = true;
        return place.value;
      }
      remove(place);
      expiries += 1;
      return undefined;
    },
    peek: (id) => places.get(id)?.value,
    fits,
    set(id, value, terms) {
      drop(id);
      const { budget } = terms;
      if (!fits(terms.bytes, budget)) return;
      makeRoom(terms.bytes, budget);
      const { untilMs } = terms;
      const place: Place<Value> = {
        id,
        value,
        isUsed: false,
        bytes: terms.bytes,
        untilMs,
        budget,
        spot: undefined,
        budgetSpot: undefined,
      };
      place.spot = order.add(place);
      if (budget) {
        place.budgetSpot = budget.order.add(place);
        budget.bytes += place.bytes;
      }
      bytes += place.bytes;
      places.set(id, place);
    },
    delete: drop,
    ids: () => places.keys(),
    usedIds() {
      const used: string[] = [];
      for (const { id, isUsed } of places.values()) if (isUsed) used.push(id);
      return used.reverse();
    },
    clear() {
      for (const place of [...places.values()]) remove(place);
    },
  };
}
