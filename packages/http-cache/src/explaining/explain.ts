import { decisionStatus } from '../answering/decision-status.ts';
import { type Decision, forwardReason } from '../answering/decisions.ts';
import type { Flights } from '../answering/flights.ts';
import type { Foresee } from '../answering/foresight.ts';
import { reduceHeaders } from '../answering/reduce-headers.ts';
import type { Refusals } from '../answering/refusals.ts';
import type { SeenRoute, SeenRoutes } from '../answering/seen-routes.ts';
import { checks } from '../errors.ts';
import type { CacheableRequest } from '../exchange.ts';
import type { ResolvedOptions } from '../options/options.ts';
import { forwardStatus } from '../rules/cache-status.ts';
import { ageMsOf, ttlSecondsOf } from '../stored/entry.ts';
import type { PlaceInspection } from '../stored/response-store.ts';
import { describedRequest } from './described-request.ts';
import type { ExplainedRequest, ExplainedResponse, Explanation } from './explanation.ts';

export interface ExplainTools {
  readonly options: ResolvedOptions;
  readonly flights: Pick<Flights<unknown>, 'isFlying'>;
  readonly routes: SeenRoutes;
  readonly refusals: Refusals;
  readonly own: SeenRoute;
  readonly foresee: Foresee;
}

/** Says what would be done with a request, by the rules that a real one is decided on. */
export type Explain = (asked: ExplainedRequest) => Promise<Explanation>;

export function createExplain(tools: ExplainTools): Explain {
  const { options, flights, routes, refusals } = tools;
  const { clock } = options;

  function routeOf(
    request: CacheableRequest,
    name: string | undefined,
  ): SeenRoute & Pick<Explanation['policy'], 'known'> {
    if (name === 'origin') return { ...tools.own, known: 'named' };
    if (name !== undefined) {
      const named = routes.named(name) ?? options.placed.find(({ policyName }) => policyName === name);
      if (!named) throw checks.failure('policy', 'the name of a route policy that requests came by', name);
      return { ...named, known: 'named' };
    }
    const seen = routes.at(request, clock.now());
    if (seen) return { ...seen, known: 'seen' };
    return { ...(options.placed.find(({ matches }) => matches(request)) ?? tools.own), known: 'assumed' };
  }

  return async function explain(asked) {
    const request = describedRequest(asked);
    reduceHeaders(request.headers, options.variants.offers);
    const { known, ...route } = routeOf(request, asked.policy);
    const { policy, policyName } = route;
    const { base, place, decision } = await tools.foresee(route, request);
    const nowMs = clock.now();
    return {
      policy: { name: policyName, kind: policy.kind, known, audience: policy.audience },
      outcome: decision ? OUTCOMES[decision.kind] : 'miss',
      reason: decision && 'reason' in decision ? decision.reason : undefined,
      cacheStatus: decision ? decisionStatus(decision, nowMs) : forwardStatus(forwardReason(place, nowMs)),
      isFilling: flights.isFlying(place.key),
      key: base,
      vary: place.record?.names,
      variantKey: place.record && place.key,
      stored: storedIn(place, nowMs),
      lastRefusal: base === undefined ? undefined : refusalOf(base),
    };
  };

  function refusalOf(base: string): Explanation['lastRefusal'] {
    const refusal = refusals.of(base);
    return refusal && { reason: refusal.reason, status: refusal.status, at: new Date(refusal.atMs).toISOString() };
  }
}

const OUTCOMES: Readonly<Record<Decision['kind'], Explanation['outcome']>> = {
  serve: 'hit',
  'serve-stale': 'stale',
  pass: 'miss',
  bypass: 'bypass',
  refuse: 'refused',
};

function storedIn({ selected, tiers, tags }: PlaceInspection, nowMs: number): ExplainedResponse | undefined {
  if (!selected) return undefined;
  const { response, storedAtMs } = selected;
  const { reuse, validators } = response;
  return {
    tiers,
    status: response.status,
    bytes: response.body.length,
    storedAt: new Date(storedAtMs).toISOString(),
    ageSeconds: Math.floor(ageMsOf(response, storedAtMs, nowMs) / 1000),
    ttlSeconds: ttlSecondsOf(response, storedAtMs, nowMs),
    staleWhileRevalidateSeconds: Math.floor(reuse.staleWhileRevalidateMs / 1000),
    staleIfErrorSeconds: Math.floor(reuse.staleIfErrorMs / 1000),
    validation: reuse.validation,
    etag: validators.etag,
    lastModified: validators.lastModified,
    tags,
  };
}
