import type { Clock } from '@breakwater/core';
import { LRUCache } from 'lru-cache';

/** What a process remembers by key: bounded, the least recently used leaves first, and nothing outstays its time. */
export interface ExpiringKeys<Value extends object | number> {
  get(key: string): Value | undefined;
  set(key: string, value: Value, ttlMs: number): void;
  delete(key: string): boolean;
  clear(): void;
  size(): number;
}

/** Expired keys nobody asks for again are swept this often, by a call that comes anyway: no timer to stop. */
const SWEEP_EVERY_MS = 10_000;

export function createExpiringKeys<Value extends object | number>(maxKeys: number, clock: Clock): ExpiringKeys<Value> {
  // lru-cache takes all the room it may need at once, some 4 MB for 100,000 keys: not before there is a first key.
  let entries: LRUCache<string, Value> | undefined;
  let sweepAtMs = 0;

  function create(): LRUCache<string, Value> {
    // Every look reads the clock: with a resolution lru-cache would arm a timer to remember what it read.
    return new LRUCache({ max: maxKeys, ttl: 1, ttlResolution: 0, perf: clock });
  }

  return {
    get: (key) => entries?.get(key),
    set(key, value, ttlMs) {
      entries ??= create();
      const now = clock.now();
      if (now >= sweepAtMs) {
        entries.purgeStale();
        sweepAtMs = now + SWEEP_EVERY_MS;
      }
      entries.set(key, value, { ttl: Math.ceil(ttlMs), start: now });
    },
    delete: (key) => entries?.delete(key) ?? false,
    clear: () => entries?.clear(),
    size: () => entries?.size ?? 0,
  };
}
