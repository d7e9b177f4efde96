/** What one case did in one slice of time. */
export interface Sample {
  readonly perSecond: number;
  /** CPU time of the case's whole process per operation, garbage collection included, in microseconds. */
  readonly cpuMicros: number;
  /** CPU time by wall time. Well under 1 means that something else was the limit: the load, or a busy machine. */
  readonly busy: number;
  /** What the hypervisor gave to other machines meanwhile, of all cores' time, 0 to 1. */
  readonly stolen?: number;
  /** Of HTTP cases as the load generator saw it, of timed calls from call to answer. */
  readonly latencyMs?: { readonly p50: number; readonly p99: number };
  /** Of timed calls: the longest that a 1 ms timer of the case's process waited. */
  readonly loopDelayMs?: number;
}

/** A case that has been started: its process is up and has been seen to answer what it should. */
export interface RunningCase {
  /** Collects garbage, so that no slice pays for another's. */
  settle(): Promise<void>;
  measure(seconds: number): Promise<Sample>;
  stop(): Promise<void>;
}

/** How long to measure. */
export interface Plan {
  readonly rounds: number;
  readonly sliceSeconds: number;
  readonly warmUpSeconds: number;
}
