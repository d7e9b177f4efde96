import type { PolicyCounters } from '../counters.ts';
import type { Exchange } from '../exchange.ts';
import type { FillTools, Shared } from '../filling/intake.ts';
import type { Policy } from '../options/route-policy.ts';
import { NO_DIRECTIVES, type RequestControl } from '../rules/cache-control.ts';
import type { ForwardReason } from '../rules/cache-status.ts';
import { personalBypass, requestBypass } from '../rules/request-rules.ts';
import { type Reuse, reuseOf } from '../rules/reuse.ts';
import { varyValues } from '../rules/vary.ts';
import { ageMsOf } from '../stored/entry.ts';
import type { Place, ResponseStore, Selected } from '../stored/response-store.ts';
import type { Flight, Flights, Landing } from './flights.ts';
import { routeTag } from './keys.ts';
import type { BypassReason, NotStoredReason } from './reasons.ts';

/** One request under one policy. */
export interface Job {
  readonly exchange: Exchange;
  readonly policy: Policy;
  readonly policyName: string;
  readonly counters: PolicyCounters;
  readonly directives: RequestControl;
  /** It is the cache's own, to have a stale response made anew. */
  readonly isRefresh: boolean;
  /** The key of its URL. */
  readonly base: string;
}

/** What is done with a request. */
export type Course =
  | { readonly kind: 'serve'; readonly selected: Selected; readonly forwarded?: ForwardReason }
  /** At once, and made anew in the background. */
  | { readonly kind: 'serve-stale'; readonly selected: Selected }
  | { readonly kind: 'fill'; readonly place: Place; readonly flight: Flight<Shared> }
  | { readonly kind: 'pass'; readonly reason: NotStoredReason; readonly collapsed?: false }
  | { readonly kind: 'bypass'; readonly reason: BypassReason }
  | { readonly kind: 'refuse' };

const NOTHING_SHARED: Course = Object.freeze({ kind: 'pass', reason: 'concurrent', collapsed: false });

/** Fills that come to nothing, one after the other, before a request that waits for them runs the handler itself. */
const MOST_WAITS = 3;

export interface CourseTools extends Pick<FillTools, 'options' | 'urls'> {
  readonly store: ResponseStore;
  readonly flights: Flights<Shared>;
  report(during: 'lookup', error: unknown): void;
}

/** Decides what is done with a request. It answers nothing and counts nothing. */
export interface Courses {
  /** Why a request is none of the cache's, by itself alone. */
  bypassOf(policy: Policy, request: Exchange['request'], directives: RequestControl): BypassReason | undefined;
  /** What memory alone can tell, `undefined` where Redis has to be asked. */
  decideAtOnce(job: Job): Course | undefined;
  /** A `fill` that it decides on has begun: its flight must land. */
  decide(job: Job): Promise<Course>;
}

export function createCourses({ options, store, flights, urls, report }: CourseTools): Courses {
  const { clock } = options;

  function personal(policy: Policy, request: Exchange['request']): BypassReason | undefined {
    if (policy.audience === 'everyone') return undefined;
    const reason = personalBypass(request, request.headers, options.sessionCookies, policy.authorization);
    return reason ?? (options.personal?.(request) ? 'personal' : undefined);
  }

  function reuse({ directives, isRefresh }: Job, { response, storedAtMs }: Selected): Reuse {
    const ageMs = ageMsOf(response, storedAtMs, clock.now());
    const answer = reuseOf(response.reuse, ageMs, options.honoursClients ? directives : NO_DIRECTIVES);
    return answer === 'stale' && isRefresh ? 'ask' : answer;
  }

  function serving(job: Job, selected: Selected | undefined): Course | undefined {
    const answer = selected && reuse(job, selected);
    if (!selected || answer === 'ask') return undefined;
    return { kind: answer === 'fresh' ? 'serve' : 'serve-stale', selected };
  }

  async function decide(job: Job, waits = 0): Promise<Course> {
    const place = await find(job);
    if (!place) return { kind: 'pass', reason: 'cache-failed' };
    const course = decideAt(job, place);
    if (course) return course;
    if (!flights.isFlying(place.key)) return { kind: 'fill', place, flight: flights.lead(place.key) };
    if (!mayWait(job)) return { kind: 'pass', reason: 'concurrent' };
    const shared = courseAfter(job, place, await flights.follow(place.key));
    if (shared) return shared;
    return waits + 1 < MOST_WAITS ? decide(job, waits + 1) : NOTHING_SHARED;
  }

  /** What a look into all tiers tells, `undefined` where the response is to be filled. */
  function decideAt(job: Job, { selected }: Place): Course | undefined {
    const served = serving(job, selected);
    if (served) return served;
    if (wantsStoredOnly(job)) return { kind: 'refuse' };
    // A part is served from a stored whole; what asks for a part fills nothing.
    if (job.exchange.request.headers.range !== undefined) return { kind: 'bypass', reason: 'range' };
    return job.exchange.request.method === 'HEAD' ? { kind: 'pass', reason: 'head' } : undefined;
  }

  /** What another's fill led to, `undefined` where this request starts over. */
  function courseAfter(job: Job, place: Place, landing: Landing<Shared>): Course | undefined {
    if (landing.kind === 'each') return NOTHING_SHARED;
    if (landing.kind === 'again' || !isFor(landing.value, job)) return undefined;
    return { kind: 'serve', selected: landing.value.selected, forwarded: forwardReason(place, clock.now()) };
  }

  /**
   * A route with a policy is expected to be storable. Of the application's other URLs that is known only once it
   * happened: until then nobody waits, for the first could be a long poll.
   */
  function mayWait(job: Job): boolean {
    return job.policy.kind === 'route' || urls.recall(job.base, clock.now()) === 'storable';
  }

  /** A cache that fails is a cache that has nothing. */
  async function find({ base, policy, policyName, exchange: { request } }: Job): Promise<Place | undefined> {
    // A HEAD stores nothing.
    const tags = request.method === 'GET' ? [...policy.tagsOf(request), routeTag(policyName)] : undefined;
    try {
      return await store.find(base, request.headers, tags);
    } catch (error) {
      report('lookup', error);
      return undefined;
    }
  }

  return {
    bypassOf: (policy, request, directives) =>
      requestBypass(request.method, request.headers, directives) ?? personal(policy, request),

    decideAtOnce(job) {
      const served = serving(job, store.peek(job.base, job.exchange.request.headers));
      if (served) return served;
      const lesson = urls.recall(job.base, clock.now());
      if (lesson === undefined || lesson === 'storable') return undefined;
      return wantsStoredOnly(job) ? { kind: 'refuse' } : { kind: 'bypass', reason: lesson };
    },

    decide: (job) => decide(job),
  };
}

/** RFC 9211 §2.2: `request` where something fresh was stored that the request's own directives did not want. */
export function forwardReason(place: Place, nowMs: number): ForwardReason {
  if (place.selected) {
    const { response, storedAtMs } = place.selected;
    const isFresh = reuseOf(response.reuse, ageMsOf(response, storedAtMs, nowMs), NO_DIRECTIVES) === 'fresh';
    return isFresh ? 'request' : 'stale';
  }
  return place.record ? 'vary-miss' : 'uri-miss';
}

/** RFC 9111 §5.2.1.7. Not the application's to refuse: a route further on may have the response stored. */
function wantsStoredOnly({ policy, directives }: Job): boolean {
  return policy.kind === 'route' && directives.has('only-if-cached');
}

function isFor({ varyNames, varyValues: values }: Shared, job: Job): boolean {
  return varyNames.length === 0 || varyValues(varyNames, job.exchange.request.headers) === values;
}
