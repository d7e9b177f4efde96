import { createEmitter, type Subscribable, systemClock } from '@breakwater/core';
import type { FrameworkRequest } from '@breakwater/core/http';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { controlsIn, createHttpCacheCalls } from './calls/http-cache-calls.ts';
import type { MonitorEvents } from './events.ts';
import { createGuard } from './guard.ts';
import { healthReasons } from './health.ts';
import { createHealthDocument, type HealthDocument } from './health-document.ts';
import { registerMetrics } from './metrics/register-metrics.ts';
import type { MonitorRequest } from './monitor-request.ts';
import { type MetricsRegistry, type MonitorOptions, resolveOptions } from './options.ts';
import type { Page } from './page.ts';
import { createPages } from './pages.ts';
import { type Reading, readParts } from './reading.ts';
import { FORBIDDEN, type MonitorResponse, methodNotAllowed } from './responses.ts';
import { createStatsDocument, type StatsDocument } from './stats-document.ts';
import { createStatusHistory } from './status-history.ts';

/** Watches the parts it was given. It asks them when somebody asks it, and keeps no timer. */
export interface Monitor<Request = FrameworkRequest> extends Subscribable<MonitorEvents> {
  readonly registry: MetricsRegistry;
  /** The paths it has pages for. */
  readonly paths: readonly string[];
  /** The answer to a request for `path`, `undefined` where that is no page of this monitor. For doors. */
  readonly respond: (path: string, request: MonitorRequest<Request>) => Promise<MonitorResponse> | undefined;
  /** What the admin statistics page says. */
  stats(): StatsDocument;
  /** What the admin health page says. */
  health(): HealthDocument;
}

interface Examination {
  readonly reading: Reading;
  readonly health: HealthDocument;
  readonly nowMs: number;
}

/**
 * @throws OptionError `ERR_MONITOR_OPTION`; BreakwaterError `ERR_MONITOR_AUTHORIZE` where admin pages would be open to
 * all, `ERR_MONITOR_METRIC_TAKEN` where the given registry already has one of the names.
 */
export function createMonitor<Request = FrameworkRequest>(options: MonitorOptions<Request>): Monitor<Request> {
  const { sources, authorize, metrics, paths, thresholds, redisOutage, changes } = resolveOptions(options);
  const events = createEmitter<MonitorEvents>();
  const history = createStatusHistory();
  let examined: Examination | undefined;
  const registry = metrics.registry ?? new Registry();
  const own = registerMetrics(registry, sources, () => examine().reading);
  if (metrics.defaultMetrics) collectDefaultMetrics({ register: registry });
  const mayEnter = createGuard(authorize, own, events);
  const httpCaches = controlsIn(sources.httpCache);
  const calls = httpCaches.size > 0 ? createHttpCacheCalls({ httpCaches, changes, events }) : undefined;
  const pages = createPages(paths, metrics.access, { registry, stats, health, calls });

  /**
   * A registry asks all its metrics in one tick, so one examination serves one scrape: every part is asked once, and
   * the numbers of a scrape belong together.
   */
  function examine(): Examination {
    if (examined) return examined;
    const nowMs = systemClock.now();
    const reading = readParts(sources);
    for (const failure of reading.unreadable) {
      own.statsFailed(failure.part, failure.name);
      events.emit('stats:failed', failure);
    }
    const document = createHealthDocument(reading, healthReasons(reading, redisOutage), history, nowMs);
    examined = { reading, health: document, nowMs };
    queueMicrotask(() => {
      examined = undefined;
    });
    return examined;
  }

  function stats(): StatsDocument {
    const {
      reading,
      health: { status },
      nowMs,
    } = examine();
    return createStatsDocument(reading, status, thresholds, nowMs);
  }

  function health(): HealthDocument {
    return examine().health;
  }

  async function answer(page: Page, path: string, asked: MonitorRequest<Request>) {
    if (page.guarded && !(await mayEnter(path, asked.request))) return FORBIDDEN;
    const methods = page.method === 'GET' ? ['GET', 'HEAD'] : ['POST'];
    if (!methods.includes(asked.method)) return methodNotAllowed(methods.join(', '));
    return page.answer(asked);
  }

  return {
    registry,
    paths: [...pages.keys()],
    respond(path, request) {
      const page = pages.get(path);
      return page && answer(page, path, request);
    },
    stats,
    health,
    on: events.on,
  };
}
