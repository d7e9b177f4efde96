/** Calls of the last `windowMs`, counted in buckets: a call costs one addition, and nothing is allocated for it. */
export interface CallWindow {
  /** @param at `performance.now()`, never earlier than the call counted before it. */
  count(at: number, outcome: CallOutcome): void;
  /** Of all calls counted in the window that ended at the last of them. Kept up to date. */
  readonly totals: { readonly calls: number; readonly failed: number; readonly slow: number };
  clear(): void;
}

export type CallOutcome = 'fast' | 'slow' | 'failed';

const BUCKETS = 10;

/** The oldest bucket leaves as a whole, so that a tenth of the window is its precision. */
export function createCallWindow(windowMs: number): CallWindow {
  const bucketMs = windowMs / BUCKETS;
  const calls = new Float64Array(BUCKETS);
  const failed = new Float64Array(BUCKETS);
  const slow = new Float64Array(BUCKETS);
  const totals = { calls: 0, failed: 0, slow: 0 };
  let current = 0;

  function empty(bucket: number): void {
    totals.calls -= calls[bucket] as number;
    totals.failed -= failed[bucket] as number;
    totals.slow -= slow[bucket] as number;
    calls[bucket] = 0;
    failed[bucket] = 0;
    slow[bucket] = 0;
  }

  /** At most a turn of the ring, however long nothing was counted. */
  function advanceTo(number: number): void {
    for (let next = Math.max(current + 1, number - BUCKETS + 1); next <= number; next += 1) empty(next % BUCKETS);
    current = number;
  }

  return {
    count(at, outcome) {
      const number = Math.floor(at / bucketMs);
      if (number > current) advanceTo(number);
      const bucket = current % BUCKETS;
      calls[bucket] = (calls[bucket] as number) + 1;
      totals.calls += 1;
      if (outcome === 'fast') return;
      const counts = outcome === 'failed' ? failed : slow;
      counts[bucket] = (counts[bucket] as number) + 1;
      totals[outcome] += 1;
    },
    totals,
    clear() {
      for (let bucket = 0; bucket < BUCKETS; bucket += 1) empty(bucket);
    },
  };
}
