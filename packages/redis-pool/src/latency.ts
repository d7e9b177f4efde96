import { createHistogram, type HistogramSnapshot } from '@breakwater/core';
import { COMMAND_KINDS, type CommandKind } from './command-kinds.ts';

/** How long Redis takes to answer. A record costs a few additions. */
export interface Latency {
  record(kind: CommandKind, ms: number): void;
  snapshot(): LatencySnapshot;
}

export interface LatencySnapshot {
  /** Milliseconds from dispatch to reply, of commands that Redis answered. */
  readonly latencyMs: HistogramSnapshot;
  /** The same, by what the commands do. */
  readonly latencyByKindMs: Readonly<Record<CommandKind, HistogramSnapshot>>;
  /** What it is lately: an average in which each answer weighs 5 % and those before it fade. 0 before the first. */
  readonly recentLatencyMs: number;
}

const WEIGHT = 0.05;

export function createLatency(): Latency {
  const histograms = recordOf(() => createHistogram());
  // In an object, where a number is overwritten in place.
  const recent = { ms: Number.NaN };
  return {
    record(kind, ms) {
      histograms[kind].record(ms);
      recent.ms = Number.isNaN(recent.ms) ? ms : recent.ms + (ms - recent.ms) * WEIGHT;
    },
    snapshot() {
      const latencyByKindMs = recordOf((kind) => histograms[kind].snapshot());
      return { latencyMs: sumOf(Object.values(latencyByKindMs)), latencyByKindMs, recentLatencyMs: recent.ms || 0 };
    },
  };
}

function recordOf<Value>(make: (kind: CommandKind) => Value): Record<CommandKind, Value> {
  return Object.fromEntries(COMMAND_KINDS.map((kind) => [kind, make(kind)])) as Record<CommandKind, Value>;
}

/** One histogram of all records of several with the same bounds. */
function sumOf([first, ...others]: readonly HistogramSnapshot[]): HistogramSnapshot {
  const { bounds, counts, sum, count } = first ?? createHistogram().snapshot();
  return {
    bounds,
    counts: counts.map((own, bucket) => others.reduce((all, other) => all + (other.counts[bucket] ?? 0), own)),
    sum: others.reduce((all, other) => all + other.sum, sum),
    count: others.reduce((all, other) => all + other.count, count),
  };
}
