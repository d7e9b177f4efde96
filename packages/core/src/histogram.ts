/** Upper bounds in milliseconds, the last bucket beyond them is open. From 50 us (a memory hit) to 5 s (a deadline). */
export const LATENCY_BUCKETS_MS: readonly number[] = Object.freeze([
  0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000,
]);

/** A copy of a histogram's state. `counts[i]` is what fell in bucket `i` alone, not cumulated; one longer than `bounds`. */
export interface HistogramSnapshot {
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
  readonly sum: number;
  readonly count: number;
}

/** Fixed buckets, plain numbers: a record allocates nothing, so it may stand on a hot path. */
export interface Histogram {
  record(value: number): void;
  snapshot(): HistogramSnapshot;
}

export function createHistogram(bounds: readonly number[] = LATENCY_BUCKETS_MS): Histogram {
  // Typed: compiled code reads the elements of a frozen array, as these bounds mostly are, one call each.
  const limits = Float64Array.from(bounds);
  const counts = new Float64Array(bounds.length + 1);
  // In an object, where a number is overwritten in place; a variable would be given a new one at every record.
  const totals = { sum: 0, count: 0 };
  return {
    record(value) {
      let bucket = 0;
      while (bucket < limits.length && value > (limits[bucket] as number)) bucket += 1;
      counts[bucket] = (counts[bucket] as number) + 1;
      totals.sum += value;
      totals.count += 1;
    },
    snapshot: () => ({ bounds, counts: [...counts], ...totals }),
  };
}

/**
 * The value below which the share `quantile` (0 to 1) of records lies, interpolated inside its bucket as Prometheus's
 * `histogram_quantile` does; 0 without records, the last bound where it falls in the open bucket.
 */
export function quantileOf(snapshot: HistogramSnapshot, quantile: number): number {
  const rank = quantile * snapshot.count;
  let below = 0;
  for (const [bucket, count] of snapshot.counts.entries()) {
    const upper = snapshot.bounds[bucket];
    if (count > 0 && below + count >= rank) {
      if (upper === undefined) return snapshot.bounds.at(-1) ?? 0;
      const lower = bucket === 0 ? 0 : (snapshot.bounds[bucket - 1] as number);
      return lower + (upper - lower) * Math.max(0, (rank - below) / count);
    }
    below += count;
  }
  return 0;
}
