import type { CacheableRequest } from '../exchange.ts';
import type { Policy } from '../options/route-policy.ts';
import { createUrlMemory } from './url-memory.ts';

interface SeenPath {
  missing: number;
}

export interface SeenRoute {
  readonly policy: Policy;
  readonly policyName: string;
}

/**
 * Whether a route with a policy will take a request: `known` by its URL, `expected` since other queries of its path led to one.
 */
export type RouteOutlook =
  | { readonly kind: 'known' }
  | { readonly kind: 'expected'; readonly url: string; readonly path: SeenPath }
  | { readonly kind: 'unknown' };

export const UNKNOWN: RouteOutlook = Object.freeze({ kind: 'unknown' });
const KNOWN: RouteOutlook = Object.freeze({ kind: 'known' });

/** The policies of routes that requests came by, since only the framework's router knows them all. */
export interface SeenRoutes {
  /** @param outlook that this very request had. */
  learn(request: CacheableRequest, route: SeenRoute, outlook: RouteOutlook, nowMs: number): void;
  /**
   * To be called once a request. Too many that were expected and not learned make their path one that is not a route's alone,
   * of which none is expected any more.
   */
  outlook(request: CacheableRequest, nowMs: number): RouteOutlook;
  /** The route that this URL led to. */
  at(request: CacheableRequest, nowMs: number): SeenRoute | undefined;
  named(policyName: string): SeenRoute | undefined;
}

/** Routes do not change while a process runs, but what was seen once need not come again. */
const KNOWN_FOR_MS = 3_600_000;

/** Of one path: expected, and not come by yet. Those on their way to the route are among them. */
const MOST_MISSING = 100;

export function createSeenRoutes(): SeenRoutes {
  const byUrl = createUrlMemory<SeenRoute>();
  const byPath = createUrlMemory<SeenPath>();
  const byName = new Map<string, SeenRoute>();
  return {
    learn(request, route, outlook, nowMs) {
      byName.set(route.policyName, route);
      if (outlook.kind === 'expected') {
        outlook.path.missing -= 1;
        byUrl.remember(outlook.url, route, nowMs + KNOWN_FOR_MS);
        return;
      }
      byUrl.remember(urlOf(request), route, nowMs + KNOWN_FOR_MS);
      const path = pathOf(request);
      if (!byPath.recall(path, nowMs)) byPath.remember(path, { missing: 0 }, nowMs + KNOWN_FOR_MS);
    },
    outlook(request, nowMs) {
      const url = urlOf(request);
      if (byUrl.recall(url, nowMs)) return KNOWN;
      const path = request.method === 'GET' ? byPath.recall(pathOf(request), nowMs) : undefined;
      if (!path || path.missing >= MOST_MISSING) return UNKNOWN;
      path.missing += 1;
      return { kind: 'expected', url, path };
    },
    at: (request, nowMs) => byUrl.recall(urlOf(request), nowMs),
    named: (policyName) => byName.get(policyName),
  };
}

function pathOf(request: CacheableRequest): string {
  const { headers, originalUrl } = request;
  const mark = originalUrl.indexOf('?');
  return mark === -1 ? urlOf(request) : `${headers.host} ${originalUrl.slice(0, mark)}`;
}

function urlOf({ headers, originalUrl }: CacheableRequest): string {
  return `${headers.host} ${originalUrl}`;
}
