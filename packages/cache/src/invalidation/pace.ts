import { setTimeout as sleep } from 'node:timers/promises';
import { parsePace } from '@breakwater/core';
import { checks } from '../errors.ts';

/**
 * @returns the time from one entry to the next, in milliseconds.
 * @throws OptionError `ERR_CACHE_OPTION`.
 */
export function intervalMsOf(pace: unknown): number {
  const perSecond = parsePace(pace);
  if (perSecond === undefined) throw checks.failure('pace', "a text such as '200/s' or '30/m'", pace);
  return 1000 / perSecond;
}

/** Lets entries go at a pace. */
export interface Pacer {
  /** How many entries go together: timers are too coarse for a quick pace. */
  readonly batch: number;
  /** Resolves when that many may go; with false when nothing is to go any more. */
  take(count: number): Promise<boolean>;
}

const BATCHES_PER_SECOND = 10;

export function createPacer(intervalMs: number, signal: AbortSignal): Pacer {
  let dueMs = 0;
  return {
    batch: Math.max(1, Math.floor(1000 / BATCHES_PER_SECOND / intervalMs)),
    async take(count) {
      // A timer may fire a little early.
      for (let nowMs = performance.now(); nowMs < dueMs && !signal.aborted; nowMs = performance.now()) {
        await sleep(dueMs - nowMs, undefined, { signal }).catch(() => {});
      }
      // Lost time is not made up for: a pace is to prevent bursts.
      dueMs = Math.max(dueMs, performance.now()) + count * intervalMs;
      return !signal.aborted;
    },
  };
}
