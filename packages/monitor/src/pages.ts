import { callPage, listPage } from './calls/call-pages.ts';
import type { HttpCacheCalls } from './calls/http-cache-calls.ts';
import type { HealthDocument } from './health-document.ts';
import { adminPath, type MetricsOptions, type Paths } from './options.ts';
import type { Page } from './page.ts';
import { documentResponse, jsonResponse, textResponse } from './responses.ts';
import type { StatsDocument } from './stats-document.ts';

export interface PageContents {
  readonly registry: { readonly contentType: string; metrics(): Promise<string> };
  stats(): StatsDocument;
  health(): HealthDocument;
  /** `undefined` where there is no cache of responses to call. */
  readonly calls: HttpCacheCalls | undefined;
}

/** The pages by path. */
export function createPages(
  paths: Paths,
  metricsAccess: Required<MetricsOptions>['access'],
  { registry, stats, health, calls }: PageContents,
): ReadonlyMap<string, Page> {
  const pages = new Map<string, Page>();
  if (paths.metrics !== null) {
    pages.set(paths.metrics, {
      guarded: metricsAccess === 'authorize',
      method: 'GET',
      answer: async () => textResponse(registry.contentType, await registry.metrics()),
    });
  }
  if (paths.health !== null) {
    pages.set(paths.health, {
      guarded: false,
      method: 'GET',
      // Open to all, so the status word and nothing else. 503 takes the instance out of a load balancer.
      answer() {
        const { status } = health();
        return jsonResponse(status === 'unhealthy' ? 503 : 200, { status });
      },
    });
  }
  const { admin } = paths;
  if (admin !== null) {
    pages.set(adminPath(admin, 'stats'), { guarded: true, method: 'GET', answer: () => documentResponse(stats()) });
    pages.set(adminPath(admin, 'health'), { guarded: true, method: 'GET', answer: () => documentResponse(health()) });
    if (calls) {
      pages.set(adminPath(admin, 'http/responses'), listPage(calls.responses));
      pages.set(adminPath(admin, 'http/explain'), callPage(calls.explain));
      pages.set(adminPath(admin, 'http/purge'), callPage(calls.purge));
      pages.set(adminPath(admin, 'http/release'), callPage(calls.release));
    }
  }
  return pages;
}
