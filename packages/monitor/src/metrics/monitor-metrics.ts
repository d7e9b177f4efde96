import { Counter } from 'prom-client';
import type { MetricsRegistry } from '../options.ts';
import type { PartKind } from '../parts.ts';

/** What the monitor counts of itself: bumped when it happens, which is rare. */
export interface MonitorMetrics {
  statsFailed(part: PartKind, name: string): void;
  asked(decision: GuardDecision): void;
}

/** `error`: `authorize` threw, and the request was denied. */
export type GuardDecision = 'allowed' | 'denied' | 'error';

export const MONITOR_METRICS = Object.freeze({
  statsFailures: 'breakwater_monitor_stats_failures_total',
  guardedRequests: 'breakwater_monitor_guarded_requests_total',
});

export function createMonitorMetrics(
  registry: MetricsRegistry,
  parts: readonly { readonly part: PartKind; readonly name: string }[],
): MonitorMetrics {
  const failures = new Counter({
    name: MONITOR_METRICS.statsFailures,
    help: "Times a part's stats() failed or could not be understood.",
    labelNames: ['part', 'name'],
    registers: [registry],
  });
  const requests = new Counter({
    name: MONITOR_METRICS.guardedRequests,
    help: 'Requests that authorize was asked about.',
    labelNames: ['decision'],
    registers: [registry],
  });
  // A series that only appears with its first event shows no rate at that event.
  for (const labels of parts) failures.inc({ ...labels }, 0);
  for (const decision of ['allowed', 'denied', 'error']) requests.inc({ decision }, 0);

  return {
    statsFailed: (part, name) => failures.inc({ part, name }),
    asked: (decision) => requests.inc({ decision }),
  };
}
