import { createLatency, type Latency, type LatencySnapshot } from './latency.ts';
import type { PoolStats } from './stats.ts';

type Count =
  | 'inFlight'
  | 'connections'
  | 'connectionErrors'
  | 'commands'
  | 'outageFailures'
  | 'deadlineFailures'
  | 'rejections'
  | 'overloads'
  | 'retries'
  | 'replyErrors'
  | 'circuitOpenings'
  | 'probes';

/** What the pool's parts count; the names are those of {@link PoolStats}. */
export type Counters = Record<Count, number> & { readonly latency: Latency };

export function createCounters(): Counters {
  return {
    inFlight: 0,
    connections: 0,
    connectionErrors: 0,
    commands: 0,
    outageFailures: 0,
    deadlineFailures: 0,
    rejections: 0,
    overloads: 0,
    retries: 0,
    replyErrors: 0,
    circuitOpenings: 0,
    probes: 0,
    latency: createLatency(),
  };
}

export function snapshotOf({ latency, ...counts }: Counters): Record<Count, number> & LatencySnapshot {
  return { ...counts, ...latency.snapshot() };
}
