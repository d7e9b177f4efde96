import type { CacheableRequest } from '../exchange.ts';
import type { Policy } from '../options/route-policy.ts';
import { requestDirectives } from '../rules/request-rules.ts';
import type { PlaceInspection, ResponseStore } from '../stored/response-store.ts';
import type { Decision, Decisions, Question } from './decisions.ts';
import type { Flights } from './flights.ts';
import type { KeyBudgets } from './key-budgets.ts';
import type { SeenRoute } from './seen-routes.ts';

export interface Foreseen {
  /** `undefined` for a request that has no key. */
  readonly base: string | undefined;
  readonly place: PlaceInspection;
  /** `undefined` where the response would be filled. */
  readonly decision: Decision | undefined;
}

/** What would be done with a request now, by the rules that a real one is decided on; nothing is begun or counted. */
export type Foresee = (route: SeenRoute, request: CacheableRequest) => Promise<Foreseen>;

export interface ForesightTools {
  readonly decisions: Decisions;
  readonly store: ResponseStore;
  readonly flights: Pick<Flights<unknown>, 'isFlying'>;
  readonly budgets: KeyBudgets;
  baseKey(policy: Policy, policyName: string, request: CacheableRequest): string | undefined;
}

export function createForesight({ decisions, store, flights, budgets, baseKey }: ForesightTools): Foresee {
  function decide(
    { policy, policyName }: SeenRoute,
    request: CacheableRequest,
    base: string | undefined,
    place: PlaceInspection,
  ): Decision | undefined {
    const directives = requestDirectives(request.headers);
    const reason = decisions.bypassOf(policy, policyName, request, directives);
    if (reason) return { kind: 'bypass', reason };
    if (base === undefined) return { kind: 'bypass', reason: 'query' };
    const question: Question = { request, policy, directives, isRefresh: false, base };
    const decision = decisions.atOnce(question, place.atOnce) ?? decisions.afterLook(question, place.selected);
    if (decision || flights.isFlying(place.key)) return decision;
    const refusal = budgets.foresee(policy, policyName, place);
    return refusal && { kind: 'pass', reason: refusal };
  }

  return async function foresee(route, request) {
    const base = baseKey(route.policy, route.policyName, request);
    const place = base === undefined ? NOWHERE : await store.inspect(base, request.headers);
    return { base, place, decision: decide(route, request, base, place) };
  };
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
