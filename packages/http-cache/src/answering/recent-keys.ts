import { randomBytes } from 'node:crypto';
import { type HashKey, keyedHash } from './keyed-hash.ts';

/** Which keys were noted of late, and how often: 32 bits and a number for each. */
export interface RecentKeys {
  /** @returns how often, this time included, with no more than one or two windows between one time and the next. */
  note(key: KeyDigest, nowMs: number): number;
  times(key: KeyDigest, nowMs: number): number;
  has(key: KeyDigest, nowMs: number): boolean;
  /** Different keys, of one to two windows. */
  count(nowMs: number): number;
}

/** 32 bits of a key. Of a hundred thousand keys one pair shares them, and is taken for one key. */
export type KeyDigest = number;

/** No client can work out keys that are taken for another's. */
const SECRET: HashKey = [randomBytes(4).readInt32LE(), randomBytes(4).readInt32LE()];

export function digestOf(key: string): KeyDigest {
  return keyedHash(SECRET, key);
}

/**
 * Two generations, so that forgetting costs nothing: when the younger is full, or a window old, the older one goes.
 *
 * @param maxKeys of a generation; more of them in one window make it shorter.
 */
export function createRecentKeys(windowMs: number, maxKeys = Number.POSITIVE_INFINITY): RecentKeys {
  let younger = new Map<KeyDigest, number>();
  let older = new Map<KeyDigest, number>();
  let youngerUntilMs = Number.NEGATIVE_INFINITY;

  function forget(nowMs: number): void {
    if (nowMs < youngerUntilMs && younger.size < maxKeys) return;
    older = nowMs < youngerUntilMs + windowMs ? younger : new Map();
    younger = new Map();
    youngerUntilMs = nowMs + windowMs;
  }

  return {
    note(key, nowMs) {
      forget(nowMs);
      const times = (younger.get(key) ?? older.get(key) ?? 0) + 1;
      older.delete(key);
      younger.set(key, times);
      return times;
    },
    times(key, nowMs) {
      forget(nowMs);
      return younger.get(key) ?? older.get(key) ?? 0;
    },
    has(key, nowMs) {
      forget(nowMs);
      return younger.has(key) || older.has(key);
    },
    count(nowMs) {
      forget(nowMs);
      return younger.size + older.size;
    },
  };
}
