/** What the bench asks of a case's process. `call`: calls the measured function, as its topic says, until `ms` have passed. */
export type Question =
  | { readonly ask: 'settle' }
  | { readonly ask: 'usage' }
  | { readonly ask: 'call'; readonly ms: number };

/** How calls under a given load went. */
export interface TimedFigures {
  readonly latencyMs: { readonly p50: number; readonly p99: number };
  readonly loopDelayMs: number;
}

/** The answer to every question, and the first message of a process that is ready. */
export interface Usage {
  /** Where an HTTP case listens. */
  readonly url?: string;
  /** On the process's own monotonic clock. */
  readonly atMs: number;
  /** CPU time since the process began, garbage collection included. */
  readonly cpuMicros: number;
  /** Runs of an HTTP case's handler, or calls of a measured function, since the process began. */
  readonly runs: number;
  /** Of the timed calls just asked for. */
  readonly timed?: TimedFigures;
}
