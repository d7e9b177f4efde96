import type { Inspection } from './inspection.ts';
import type { LatencySnapshot } from './latency.ts';

export type CircuitState = 'closed' | 'open' | 'half-open';

/**
 * `starting` until the first lane is ready or the first outage is known. `degraded`: some nodes of a Cluster are away, and
 * commands for the others are sent. `down`: all commands are refused.
 */
export type PoolHealth = 'starting' | 'up' | 'degraded' | 'down' | 'closed';

/** A copy of the pool's counters; they only grow, but for the states and `inFlight`. */
export interface PoolStats extends LatencySnapshot {
  readonly health: PoolHealth;
  /** Of a Cluster, `closed` only when that of every node is. */
  readonly circuit: CircuitState;
  readonly lanes: { readonly total: number; readonly ready: number };
  /** Commands whose callers wait; `waiting` is the part of them that is not sent yet. */
  readonly inFlight: number;
  readonly waiting: number;
  /** TCP connections that became ready, over all lanes and subscribers. */
  readonly connections: number;
  readonly connectionErrors: number;
  readonly commands: number;
  /** Commands that failed because of an outage: no connection, lost connection, deadline, LOADING. */
  readonly outageFailures: number;
  /** The part of `outageFailures` that ran into the deadline. */
  readonly deadlineFailures: number;
  /** Commands refused at once because the circuit was open. */
  readonly rejections: number;
  /** Commands refused, or given up while waiting, because of the pool's `limits`. */
  readonly overloads: number;
  /** Commands sent again after an outage failed them. */
  readonly retries: number;
  /** Commands that Redis itself answered with an error (WRONGTYPE, NOSCRIPT, …): not an outage. */
  readonly replyErrors: number;
  /** Times that the circuit opened; a probe that failed is none. */
  readonly circuitOpenings: number;
  readonly probes: number;
  /** Connections for pub/sub, by `duplicate()`. */
  readonly subscribers: number;
  /** Connections for blocking reads, by `blocking()`. */
  readonly blocking: number;
  /** The latest; absent before the first. */
  readonly inspection: Inspection | undefined;
}
