import { type Clock, systemClock } from '@breakwater/core';
import { LRUCache } from 'lru-cache';
import { isExpired } from './freshness.ts';
import { areCurrent, staleSince } from './generations.ts';
import { expiredHeld, type Held } from './held.ts';

/** Entries of this process, bounded by bytes, count and time. Every call is synchronous. */
export interface MemoryTier {
  /** What is held and not dead, stale where one of its tags was expired; what is dead leaves on being found. */
  find(id: string, space: string): Held | undefined;
  /** Whether exactly this is what is held. */
  holds(id: string, held: Held): boolean;
  /** An entry larger than the whole tier is not kept. */
  store(id: string, held: Held): void;
  /** @returns whether it was alive. */
  drop(id: string): boolean;
  /** @returns how many of them were alive. */
  dropMatching(matches: (id: string) => boolean): number;
  /** Ends its freshness; what is of no use then leaves. @returns whether it was alive. */
  expire(id: string, atMs: number): boolean;
  /** @returns how many of them were alive. */
  expireMatching(matches: (id: string) => boolean, atMs: number): number;
  clear(): void;
  /** While invalidations cannot be heard, entries are served only for `blindTtlMs`. */
  setBlind(blind: boolean): void;
  stats(): { entries: number; bytes: number; maxBytes: number; maxEntries: number; evictions: number };
}

export interface MemoryTierOptions {
  readonly maxBytes: number;
  readonly maxEntries: number;
  readonly ttlMs: number;
  readonly blindTtlMs: number;
  readonly clock: Clock;
}

/** The object, its array of generations and lru-cache's own slots, about. */
const ENTRY_OVERHEAD_BYTES = 256;

export function createMemoryTier({ maxBytes, maxEntries, ttlMs, blindTtlMs, clock }: MemoryTierOptions): MemoryTier {
  let evictions = 0;
  let isBlind = false;

  const entries = new LRUCache<string, Held>({
    max: maxEntries,
    maxSize: maxBytes,
    ttl: ttlMs,
    perf: clock,
    // lru-cache reads the clock once a millisecond, which is half of a hit's cost; a test's clock it must read always.
    ttlResolution: clock === systemClock ? 1 : 0,
    dispose(held, _id, reason) {
      if (reason === 'evict') evictions += 1;
      for (const { tally } of held.generations) tally.entries -= 1;
    },
  });

  function isBeyondBlindTtl(held: Held): boolean {
    return isBlind && clock.now() - held.heldAtMs >= blindTtlMs;
  }

  function store(id: string, held: Held): void {
    const leftMs = held.entry.expiresAtMs - held.heldAtMs;
    if (leftMs <= 0) return;
    for (const { tally } of held.generations) tally.entries += 1;
    entries.set(id, held, {
      size: held.bytes + id.length + ENTRY_OVERHEAD_BYTES,
      // lru-cache serves an entry through its last millisecond; ours ends with it.
      ttl: Math.min(leftMs, ttlMs) - 0.5,
      start: held.heldAtMs,
    });
    if (entries.peek(id) !== held) for (const { tally } of held.generations) tally.entries -= 1;
  }

  function drop(id: string): boolean {
    const held = entries.peek(id);
    return entries.delete(id) && held !== undefined && staleSince(held.generations) !== undefined;
  }

  function expire(id: string, atMs: number): boolean {
    const held = entries.peek(id);
    const isAlive = drop(id);
    if (!held || !isAlive) return false;
    const expired = expiredHeld(held, Math.min(atMs, staleSince(held.generations) ?? atMs));
    if (!isExpired(expired.entry, clock.now())) store(id, expired);
    return true;
  }

  function forEachMatching(matches: (id: string) => boolean, run: (id: string) => boolean): number {
    let alive = 0;
    for (const id of [...entries.keys()]) if (matches(id) && run(id)) alive += 1;
    return alive;
  }

  return {
    find(id, space) {
      const held = entries.get(id);
      // Keys are checked behind the memory tier; an unchecked one may have the form of another space's id.
      if (held === undefined || held.space !== space) return undefined;
      if (areCurrent(held.generations) && !isBeyondBlindTtl(held)) return held;
      if (isBeyondBlindTtl(held)) drop(id);
      else expire(id, Number.POSITIVE_INFINITY);
      return entries.get(id);
    },
    holds: (id, held) => entries.peek(id) === held,
    store,
    drop,
    dropMatching: (matches) => forEachMatching(matches, drop),
    expire,
    expireMatching: (matches, atMs) => forEachMatching(matches, (id) => expire(id, atMs)),
    clear: () => entries.clear(),
    setBlind(blind) {
      isBlind = blind;
    },
    stats: () => ({ entries: entries.size, bytes: entries.calculatedSize, maxBytes, maxEntries, evictions }),
  };
}
