import { createHistogram, type Histogram } from '@breakwater/core';
import type { PoolStats } from './stats.ts';

type Count =
  | 'inFlight'
  | 'connections'
  | 'connectionErrors'
  | 'commands'
  | 'outageFailures'
  | 'deadlineFailures'
  | 'rejections'
  | 'replyErrors';

/** What the pool's parts count; the names are those of {@link PoolStats}. */
export type Counters = Record<Count, number> & { readonly latencyMs: Histogram };

export function createCounters(): Counters {
  return {
    inFlight: 0,
    connections: 0,
    connectionErrors: 0,
    commands: 0,
    outageFailures: 0,
    deadlineFailures: 0,
    rejections: 0,
    replyErrors: 0,
    latencyMs: createHistogram(),
  };
}

export function snapshotOf(counters: Counters): Pick<PoolStats, keyof Counters> {
  return { ...counters, latencyMs: counters.latencyMs.snapshot() };
}
