import type { HealthDocument } from './health-document.ts';
import { adminPaths, type MetricsOptions, type Paths } from './options.ts';
import { jsonResponse, type MonitorResponse, textResponse } from './responses.ts';
import type { StatsDocument } from './stats-document.ts';

export interface Page {
  /** Whether `authorize` is asked before anything is said. */
  readonly guarded: boolean;
  answer(): MonitorResponse | Promise<MonitorResponse>;
}

export interface PageContents {
  readonly registry: { readonly contentType: string; metrics(): Promise<string> };
  stats(): StatsDocument;
  health(): HealthDocument;
}

/** The pages by path. */
export function createPages(
  paths: Paths,
  metricsAccess: Required<MetricsOptions>['access'],
  { registry, stats, health }: PageContents,
): ReadonlyMap<string, Page> {
  const pages = new Map<string, Page>();
  if (paths.metrics !== null) {
    pages.set(paths.metrics, {
      guarded: metricsAccess === 'authorize',
      answer: async () => textResponse(registry.contentType, await registry.metrics()),
    });
  }
  if (paths.health !== null) {
    pages.set(paths.health, {
      guarded: false,
      // Open to all, so the status word and nothing else. 503 takes the instance out of a load balancer.
      answer() {
        const { status } = health();
        return jsonResponse(status === 'unhealthy' ? 503 : 200, { status });
      },
    });
  }
  const [statsPath, healthPath] = adminPaths(paths);
  if (statsPath && healthPath) {
    pages.set(statsPath, { guarded: true, answer: () => jsonResponse(200, stats()) });
    pages.set(healthPath, { guarded: true, answer: () => jsonResponse(200, health()) });
  }
  return pages;
}
