export type { MonitorEvents } from './events.ts';
export type { HealthReason, HealthStatus } from './health.ts';
export type { HealthDocument, PartHealth } from './health-document.ts';
export { createMonitor, type Monitor } from './monitor.ts';
export type { MonitorRequest } from './monitor-request.ts';
export type {
  Authorize,
  MetricsOptions,
  MetricsRegistry,
  MonitorOptions,
  PathOptions,
  ThresholdOptions,
} from './options.ts';
export type { PartKind, Parts, StatsSource } from './parts.ts';
export type { Recommendation } from './recommendations.ts';
export type { MonitorResponse } from './responses.ts';
export type { StatsDocument } from './stats-document.ts';
