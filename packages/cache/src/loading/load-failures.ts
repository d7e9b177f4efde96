import type { Clock } from '@breakwater/core';
import { LRUCache } from 'lru-cache';
import { idBesideEntries } from '../entries/address.ts';
import type { Fence } from '../generations/fence.ts';

/** Remembers whose loader failed lately, so that it is left alone for a while. */
export interface LoadFailures {
  /** The error of `id`'s last load, where it is too early for another. */
  recent(id: string, tags: readonly string[]): { readonly error: unknown } | undefined;
  /** @param retryAfterMs 0 remembers nothing. */
  record(id: string, error: unknown, retryAfterMs: number): void;
  forget(id: string): void;
}

interface Failure {
  readonly error: unknown;
  /** In a row. */
  readonly count: number;
  readonly failedAtMs: number;
  readonly untilMs: number;
  readonly loadMark: number;
}

export interface LoadFailuresOptions {
  readonly clock: Clock;
  /** An invalidation or a write since the failure may have ended its cause. */
  readonly loads: Fence;
  readonly maxIds?: number;
}

const MAX_DOUBLINGS = 5;

export function createLoadFailures({ clock, loads, maxIds = 10_000 }: LoadFailuresOptions): LoadFailures {
  const failures = new LRUCache<string, Failure>({ max: maxIds });

  return {
    recent(id, tags) {
      const failure = failures.get(id);
      if (!failure) return undefined;
      const isInvalidated = [id, ...tags.map(idBesideEntries)].some((each) => loads.isRaised(each, failure.loadMark));
      if (isInvalidated) failures.delete(id);
      const nowMs = clock.now();
      const isWaiting = !isInvalidated && failure.failedAtMs <= nowMs && nowMs < failure.untilMs;
      return isWaiting ? failure : undefined;
    },
    record(id, error, retryAfterMs) {
      if (retryAfterMs === 0) return;
      const count = (failures.get(id)?.count ?? 0) + 1;
      const failedAtMs = clock.now();
      const untilMs = failedAtMs + retryAfterMs * 2 ** Math.min(count - 1, MAX_DOUBLINGS);
      failures.set(id, { error, count, failedAtMs, untilMs, loadMark: loads.mark() });
    },
    forget: (id) => void failures.delete(id),
  };
}
