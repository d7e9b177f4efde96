import { decisionStatus } from '../answering/decision-status.ts';
import { type Decision, type Decisions, forwardReason, type Question } from '../answering/decisions.ts';
import type { Flights } from '../answering/flights.ts';
import type { KeyBudgets } from '../answering/key-budgets.ts';
import { reduceHeaders } from '../answering/reduce-headers.ts';
import type { Refusals } from '../answering/refusals.ts';
import type { SeenRoute, SeenRoutes } from '../answering/seen-routes.ts';
import { checks } from '../errors.ts';
import type { CacheableRequest } from '../exchange.ts';
import type { ResolvedOptions } from '../options/options.ts';
import type { Policy } from '../options/route-policy.ts';
import { forwardStatus } from '../rules/cache-status.ts';
import { requestDirectives } from '../rules/request-rules.ts';
import { ageMsOf, ttlSecondsOf } from '../stored/entry.ts';
import type { PlaceInspection, ResponseStore } from '../stored/response-store.ts';
import { describedRequest } from './described-request.ts';
import type { ExplainedRequest, ExplainedResponse, Explanation } from './explanation.ts';

export interface ExplainTools {
  readonly options: ResolvedOptions;
  readonly decisions: Decisions;
  readonly store: ResponseStore;
  readonly flights: Pick<Flights<unknown>, 'isFlying'>;
  readonly routes: SeenRoutes;
  readonly refusals: Refusals;
  readonly own: SeenRoute;
  readonly budgets: KeyBudgets;
  baseKey(policy: Policy, policyName: string, request: CacheableRequest): string | undefined;
}

/** Says what would be done with a request, by the rules that a real one is decided on. */
export type Explain = (asked: ExplainedRequest) => Promise<Explanation>;

export function createExplain(tools: ExplainTools): Explain {
  const { options, decisions, store, flights, budgets, routes, refusals } = tools;
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

  /** What is decided, `undefined` where the response would be filled. */
  function decide(
    { policy, policyName }: SeenRoute,
    request: CacheableRequest,
    base: string | undefined,
    place: PlaceInspection,
  ): Decision | undefined {
    const directives = requestDirectives(request.headers);
    const reason = decisions.bypassOf(policy, request, directives);
    if (reason) return { kind: 'bypass', reason };
    if (base === undefined) return { kind: 'bypass', reason: 'query' };
    const question: Question = { request, policy, directives, isRefresh: false, base };
    const decision = decisions.atOnce(question, place.atOnce) ?? decisions.afterLook(question, place.selected);
    if (decision || flights.isFlying(place.key)) return decision;
    const refusal = budgets.foresee(policy, policyName, place);
    return refusal && { kind: 'pass', reason: refusal };
  }

  return async function explain(asked) {
    const request = describedRequest(asked);
    reduceHeaders(request.headers, options.variants.offers);
    const { known, ...route } = routeOf(request, asked.policy);
    const { policy, policyName } = route;
    const base = tools.baseKey(policy, policyName, request);
    const place = base === undefined ? NOWHERE : await store.inspect(base, request.headers);
    const decision = decide(route, request, base, place);
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

/** Of a request that has no key. */
const NOWHERE: PlaceInspection = Object.freeze({
  base: '',
  key: '',
  record: undefined,
  selected: undefined,
  atOnce: undefined,
  tiers: [],
  tags: [],
});

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
