import { type Clock, systemClock } from '@breakwater/core';
import { LRUCache } from 'lru-cache';
import { areCurrent } from './generations.ts';
import type { Held } from './held.ts';

/** Entries of this process, bounded by bytes, count and time. Every call is synchronous. */
export interface MemoryTier {
  /** What is held, unexpired, with every generation current; what is dead leaves on being found. */
  find(id: string, space: string): Held | undefined;
  /** Whether exactly this is what is held. */
  holds(id: string, held: Held): boolean;
  /** An entry larger than the whole tier is not kept. */
  store(id: string, held: Held): void;
  /** @returns whether it was alive. */
  drop(id: string): boolean;
  /** @returns how many of them were alive. */
  dropMatching(matches: (id: string) => boolean): number;
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
      for (const generation of held.generations) generation.entries -= 1;
    },
  });

  function isBeyondBlindTtl(held: Held): boolean {
    return isBlind && clock.now() - held.heldAtMs >= blindTtlMs;
  }

  function drop(id: string): boolean {
    const held = entries.peek(id);
    return entries.delete(id) && held !== undefined && areCurrent(held.generations);
  }

  return {
    find(id, space) {
      const held = entries.get(id);
      // Keys are checked behind the memory tier; an unchecked one may have the form of another space's id.
      if (held === undefined || held.space !== space) return undefined;
      if (areCurrent(held.generations) && !isBeyondBlindTtl(held)) return held;
      entries.delete(id);
      return undefined;
    },
    holds: (id, held) => entries.peek(id) === held,
    store(id, held) {
      const leftMs = held.entry.expiresAtMs - held.heldAtMs;
      if (leftMs <= 0) return;
      for (const generation of held.generations) generation.entries += 1;
      entries.set(id, held, {
        size: held.bytes + id.length + ENTRY_OVERHEAD_BYTES,
        // lru-cache serves an entry through its last millisecond; ours ends with it.
        ttl: Math.min(leftMs, ttlMs) - 0.5,
        start: held.heldAtMs,
      });
      if (entries.peek(id) !== held) for (const generation of held.generations) generation.entries -= 1;
    },
    drop,
    dropMatching(matches) {
      let dropped = 0;
      for (const id of [...entries.keys()]) if (matches(id) && drop(id)) dropped += 1;
      return dropped;
    },
    clear: () => entries.clear(),
    setBlind(blind) {
      isBlind = blind;
    },
    stats: () => ({ entries: entries.size, bytes: entries.calculatedSize, maxBytes, maxEntries, evictions }),
  };
}
