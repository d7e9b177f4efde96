import type { HistogramSnapshot } from '@breakwater/core';

/** One line of the exposition, but for the `name` label that every sample is given. */
export interface Sample {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number>>;
  /** Where it is not the family's own: `…_bucket`, `…_sum`, `…_count`. */
  readonly metricName?: string;
}

/** A metric and how its samples are read out of one part's stats. Label values come from closed sets only. */
export interface MetricFamily<Stats> {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  /** How prom-client's cluster aggregation joins the workers' values. */
  readonly aggregator: Aggregator;
  read(stats: Stats): readonly Sample[];
}

/** `max` for what every worker reads off the same Redis. */
type Aggregator = 'sum' | 'min' | 'max';

type Read<Stats> = (stats: Stats) => readonly Sample[];

/** A total that only grows. */
export function counter<Stats>(
  name: string,
  help: string,
  labelNames: readonly string[],
  read: Read<Stats>,
  aggregator: Aggregator = 'sum',
): MetricFamily<Stats> {
  return { type: 'counter', name, help, labelNames, aggregator, read };
}

export function gauge<Stats>(
  name: string,
  help: string,
  labelNames: readonly string[],
  read: Read<Stats>,
  aggregator: Aggregator = 'sum',
): MetricFamily<Stats> {
  return { type: 'gauge', name, help, labelNames, aggregator, read };
}

/** One series a state: 1 for the one that holds, 0 for the others, so that a change shows as two edges. */
export function stateGauge<Stats, State extends string>(
  name: string,
  help: string,
  labelName: string,
  states: readonly State[],
  current: (stats: Stats) => State,
): MetricFamily<Stats> {
  return gauge(name, help, [labelName], (stats) => {
    const now = current(stats);
    return states.map((state) => sample(state === now ? 1 : 0, { [labelName]: state }));
  });
}

/** A histogram of milliseconds, shown in seconds, which is Prometheus's base unit of time. */
export function secondsHistogram<Stats>(
  name: string,
  help: string,
  read: (stats: Stats) => HistogramSnapshot,
): MetricFamily<Stats> {
  return {
    type: 'histogram',
    name,
    help,
    labelNames: [],
    aggregator: 'sum',
    read: (stats) => histogramSamples(name, read(stats)),
  };
}

export function sample(value: number, labels: Sample['labels'] = {}): Sample {
  return { value, labels };
}

function histogramSamples(name: string, { bounds, counts, sum, count }: HistogramSnapshot): Sample[] {
  let below = 0;
  const buckets = bounds.map((bound, bucket) => {
    below += counts[bucket] ?? 0;
    return { metricName: `${name}_bucket`, labels: { le: bound / 1000 }, value: below };
  });
  return [
    ...buckets,
    { metricName: `${name}_bucket`, labels: { le: '+Inf' }, value: count },
    { metricName: `${name}_sum`, labels: {}, value: sum / 1000 },
    { metricName: `${name}_count`, labels: {}, value: count },
  ];
}
