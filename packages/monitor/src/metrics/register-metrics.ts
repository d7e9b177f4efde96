import { Counter, Gauge } from 'prom-client';
import { metricTaken } from '../errors.ts';
import type { MetricsRegistry } from '../options.ts';
import { type NamedSources, PART_KINDS, type PartKind, partNames } from '../parts.ts';
import type { Reading } from '../reading.ts';
import { metricFamilies } from './families.ts';
import type { MetricFamily, Sample } from './family.ts';
import { createMonitorMetrics, MONITOR_METRICS, type MonitorMetrics } from './monitor-metrics.ts';
import { SnapshotHistogram } from './snapshot-histogram.ts';

/**
 * Registers the metrics of every kind of part that is there, and the monitor's own. The parts' are filled from a
 * reading when they are collected, so nothing is counted twice and no hot path knows prom-client.
 *
 * @throws BreakwaterError `ERR_MONITOR_METRIC_TAKEN` before anything is registered.
 */
export function registerMetrics(registry: MetricsRegistry, sources: NamedSources, read: () => Reading): MonitorMetrics {
  const families = PART_KINDS.filter((kind) => sources[kind].size > 0).flatMap(familiesOf);
  const taken = [...families.map(({ head }) => head.name), ...Object.values(MONITOR_METRICS)].find((name) =>
    registry.getSingleMetric(name),
  );
  if (taken !== undefined) throw metricTaken(taken);
  for (const { kind, head } of families) {
    registerFamily(registry, head, () => read().parts[kind].flatMap(({ samples }) => samples.get(head.name) ?? []));
  }
  // Last, so that a scrape which finds a part unreadable already shows it counted.
  return createMonitorMetrics(registry, partNames(sources));
}

/** A family but for how it reads stats, which a reading has done already. */
type FamilyHead = Omit<MetricFamily<unknown>, 'read'>;

function familiesOf(kind: PartKind): { kind: PartKind; head: FamilyHead }[] {
  return metricFamilies[kind].map((head) => ({ kind, head }));
}

function registerFamily(registry: MetricsRegistry, family: FamilyHead, samples: () => readonly Sample[]): void {
  const { type, name, help, aggregator } = family;
  const configuration = { name, help, aggregator, labelNames: ['name', ...family.labelNames], registers: [registry] };
  switch (type) {
    case 'counter':
      new Counter({
        ...configuration,
        // The totals are the part's; prom-client's counter can only be added to, so it begins at 0 each time.
        collect() {
          this.reset();
          for (const { labels, value } of samples()) this.inc(labels, value);
        },
      });
      return;
    case 'gauge':
      new Gauge({
        ...configuration,
        collect() {
          this.reset();
          for (const { labels, value } of samples()) this.set(labels, value);
        },
      });
      return;
    case 'histogram':
      new SnapshotHistogram(configuration, samples);
  }
}
