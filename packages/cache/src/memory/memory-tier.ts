import type { Clock } from '@breakwater/core';
import { endedAt, isExpired, isFresh } from '../entries/freshness.ts';
import { expiredHeld, type Held } from '../entries/held.ts';
import { areCurrent, type Ends, type Generation, staleSince } from '../generations/generations.ts';
import { type BoundedMapStats, type Budget, createBoundedMap } from './bounded-map.ts';
import { createCoarseClock } from './coarse-clock.ts';

/** Entries of this process, bounded by bytes, count and time. Every call is synchronous. */
export interface MemoryTier {
  /** What is held and not dead, stale where one of its tags was expired; what is dead leaves on being found. */
  find(id: string, space: string): Held | undefined;
  /** The same without using it; what is dead stays where it is. */
  look(id: string, space: string): Held | undefined;
  /** By a clock that is read once a millisecond. */
  isFresh(held: Held): boolean;
  /** Whether exactly this is what is held. */
  holds(id: string, held: Held): boolean;
  /** An entry larger than the whole tier is not kept. */
  store(id: string, held: Held): void;
  /** Whether there is room for a value of this size, if others leave. */
  fits(bytes: number, budget: Budget | undefined): boolean;
  /** @returns whether it was alive. */
  drop(id: string): boolean;
  /** @returns how many of them were alive. */
  dropMatching(matches: (id: string) => boolean): number;
  /** Ends its freshness; what is of no use then leaves. @returns whether it was alive. */
  expire(id: string, atMs: number): boolean;
  /** @returns how many of them were alive. */
  expireMatching(matches: (id: string) => boolean, atMs: number): number;
  /** What is held and not dead, without using it. */
  alive(): Iterable<AliveEntry>;
  /** What was read since it came, or since it last might have had to leave; newest first. Walks all of it. */
  used(): Iterable<readonly [id: string, held: Held]>;
  clear(): void;
  /** While invalidations cannot be heard, entries are served only for `blindTtlMs`. */
  setBlind(blind: boolean): void;
  stats(): BoundedMapStats & { readonly maxBytes: number; readonly maxEntries: number };
}

export interface AliveEntry {
  readonly id: string;
  readonly held: Held;
  readonly bytes: number;
}

export interface MemoryTierOptions {
  readonly maxBytes: number;
  readonly maxEntries: number;
  readonly ttlMs: number;
  readonly blindTtlMs: number;
  readonly clock: Clock;
  /** Of the table that the entries' generations are from. */
  readonly ends: Ends;
}

/** Of V8's heap, beside the value and the key: the entry, how it is held, and its places in the map and in the order of leaving. */
const ENTRY_OVERHEAD_BYTES = 480;

export function createMemoryTier({
  maxBytes,
  maxEntries,
  ttlMs,
  blindTtlMs,
  clock,
  ends,
}: MemoryTierOptions): MemoryTier {
  const coarse = createCoarseClock(clock);
  let isBlind = false;

  const entries = createBoundedMap<Held>({
    maxEntries,
    maxBytes,
    onRemoved: (held) => count(held, -1),
  });

  function isCurrent(held: Held): boolean {
    if (held.currentAt === ends.count) return true;
    if (!areCurrent(held.generations)) return false;
    held.currentAt = ends.count;
    return true;
  }

  function isBeyondBlindTtl(held: Held): boolean {
    if (!isBlind) return false;
    const heldForMs = clock.now() - held.heldAtMs;
    // The clock was set back: nobody knows for how long it is held.
    return heldForMs >= blindTtlMs || heldForMs < 0;
  }

  function untilMsOf({ entry, heldAtMs }: Held): number {
    return Math.min(entry.expiresAtMs, heldAtMs + ttlMs);
  }

  function store(id: string, held: Held): void {
    const untilMs = untilMsOf(held);
    if (untilMs <= held.heldAtMs) return;
    const isKept = entries.set(id, held, { bytes: bytesOf(id, held), untilMs, budget: held.budget });
    if (isKept) count(held, 1);
  }

  function drop(id: string): boolean {
    const held = entries.delete(id);
    return held !== undefined && staleSince(held.generations) !== undefined;
  }

  function expire(id: string, atMs: number): boolean {
    const held = entries.peek(id);
    const isAlive = drop(id);
    if (!held || !isAlive) return false;
    // Not after the time by which freshness is asked about: it would be fresh until that clock is read anew.
    const expired = expiredHeld(held, Math.min(atMs, staleSince(held.generations) ?? atMs, coarse.now()));
    if (!isExpired(expired.entry, clock.now())) store(id, expired);
    return true;
  }

  function forEachMatching(matches: (id: string) => boolean, run: (id: string) => boolean): number {
    let alive = 0;
    for (const id of [...entries.ids()]) if (matches(id) && run(id)) alive += 1;
    return alive;
  }

  /** Since when it is stale by one of its tags, `Infinity` where it is not; `undefined` for what is dead. */
  function aliveSince(held: Held, nowMs: number): number | undefined {
    if (nowMs >= untilMsOf(held) || isBeyondBlindTtl(held)) return undefined;
    const sinceMs = staleSince(held.generations);
    return sinceMs === undefined || isExpired(endedAt(held.entry, sinceMs), nowMs) ? undefined : sinceMs;
  }

  function* alive() {
    const nowMs = clock.now();
    for (const id of entries.ids()) {
      const held = entries.peek(id);
      if (held && aliveSince(held, nowMs) !== undefined) yield { id, held, bytes: bytesOf(id, held) };
    }
  }

  function look(id: string, space: string): Held | undefined {
    const held = entries.peek(id);
    const sinceMs = held?.space === space ? aliveSince(held, clock.now()) : undefined;
    if (!held || sinceMs === undefined) return undefined;
    return sinceMs === Number.POSITIVE_INFINITY ? held : expiredHeld(held, sinceMs);
  }

  function find(id: string, space: string): Held | undefined {
    const held = entries.get(id, coarse);
    // Keys are checked behind the memory tier; an unchecked one may have the form of another space's id.
    if (held === undefined || held.space !== space) return undefined;
    if (isBeyondBlindTtl(held)) {
      drop(id);
      return undefined;
    }
    if (isCurrent(held)) return held;
    expire(id, Number.POSITIVE_INFINITY);
    return entries.get(id, coarse);
  }

  return {
    find,
    look,
    // What was stale already when it came from Redis is not fresh by a clock that was read before.
    isFresh: ({ entry, heldAtMs }) => isFresh(entry, Math.max(coarse.now(), heldAtMs)),
    holds: (id, held) => entries.peek(id) === held,
    store,
    fits: entries.fits,
    drop,
    dropMatching: (matches) => forEachMatching(matches, drop),
    expire,
    expireMatching: (matches, atMs) => forEachMatching(matches, (id) => expire(id, atMs)),
    alive,
    *used() {
      for (const id of entries.usedIds()) {
        const held = entries.peek(id);
        if (held) yield [id, held];
      }
    },
    clear: entries.clear,
    setBlind(blind) {
      isBlind = blind;
    },
    stats: () => ({ ...entries.stats(), maxBytes, maxEntries }),
  };
}

/** Among the entries that carry its tags. By index: every hit in Redis passes here. */
function count({ generations }: Held, change: 1 | -1): void {
  for (let index = 0; index < generations.length; index += 1)
    (generations[index] as Generation).tally.entries += change;
}

function bytesOf(id: string, { bytes }: Held): number {
  return bytes + id.length + ENTRY_OVERHEAD_BYTES;
}
