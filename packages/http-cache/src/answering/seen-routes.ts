import type { CacheableRequest } from '../exchange.ts';
import type { Policy } from '../options/route-policy.ts';
import { createUrlMemory } from './url-memory.ts';

export interface SeenRoute {
  readonly policy: Policy;
  readonly policyName: string;
}

/** The policies of routes that requests came by, since only the framework's router knows them all. */
export interface SeenRoutes {
  learn(request: CacheableRequest, route: SeenRoute, nowMs: number): void;
  /** The route that this URL led to. */
  at(request: CacheableRequest, nowMs: number): SeenRoute | undefined;
  named(policyName: string): SeenRoute | undefined;
}

/** Routes do not change while a process runs, but what was seen once need not come again. */
const KNOWN_FOR_MS = 3_600_000;

export function createSeenRoutes(): SeenRoutes {
  const byUrl = createUrlMemory<SeenRoute>();
  const byName = new Map<string, SeenRoute>();
  return {
    learn(request, route, nowMs) {
      byUrl.remember(urlOf(request), route, nowMs + KNOWN_FOR_MS);
      byName.set(route.policyName, route);
    },
    at: (request, nowMs) => byUrl.recall(urlOf(request), nowMs),
    named: (policyName) => byName.get(policyName),
  };
}

function urlOf({ headers, originalUrl }: CacheableRequest): string {
  return `${headers.host} ${originalUrl}`;
}
