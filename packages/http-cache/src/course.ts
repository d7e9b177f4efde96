import type { PolicyCounters } from './counters.ts';
import type { Exchange } from './exchange.ts';
import type { FillTools, Shared } from './fill.ts';
import type { Flight, Flights, Landing } from './flights.ts';
import type { Policy } from './options.ts';
import type { BypassReason, NotStoredReason } from './reasons.ts';
import type { Place, ResponseStore, Selected } from './response-store.ts';
import type { CacheControl } from './rules/cache-control.ts';
import type { ForwardReason } from './rules/cache-status.ts';
import { acceptsStored, personalBypass, requestBypass } from './rules/request-rules.ts';
import { varyValues } from './rules/vary.ts';

/** One request under one policy. */
export interface Job {
  readonly exchange: Exchange;
  readonly policy: Policy;
  readonly counters: PolicyCounters;
  readonly directives: CacheControl;
  /** The key of its URL. */
  readonly base: string;
}

/** What is done with a request. */
export type Course =
  | { readonly kind: 'serve'; readonly selected: Selected; readonly forwarded?: ForwardReason }
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
  bypassOf(policy: Policy, request: Exchange['request'], directives: CacheControl): BypassReason | undefined;
  /** What memory alone can tell, `undefined` where Redis has to be asked. */
  decideAtOnce(job: Job): Course | undefined;
  /** A `fill` that it decides on has begun: its flight must land. */
  decide(job: Job): Promise<Course>;
}

export function createCourses({ options, store, flights, urls, report }: CourseTools): Courses {
  const { clock } = options;

  function personal(policy: Policy, request: Exchange['request']): BypassReason | undefined {
    if (policy.audience === 'everyone') return undefined;
    const reason = personalBypass(request, request.headers, options.sessionCookies);
    return reason ?? (options.personal?.(request) ? 'personal' : undefined);
  }

  function accepts(job: Job, selected: Selected): boolean {
    if (!options.honoursClients) return true;
    const { ageSeconds, ttlSeconds } = timesOf(selected, clock.now());
    return acceptsStored(job.directives, ageSeconds, ttlSeconds);
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
    if (selected && accepts(job, selected)) return { kind: 'serve', selected };
    if (wantsStoredOnly(job)) return { kind: 'refuse' };
    return job.exchange.request.method === 'HEAD' ? { kind: 'pass', reason: 'head' } : undefined;
  }

  /** What another's fill led to, `undefined` where this request starts over. */
  function courseAfter(job: Job, place: Place, landing: Landing<Shared>): Course | undefined {
    if (landing.kind === 'each') return NOTHING_SHARED;
    if (landing.kind === 'again' || !isFor(landing.value, job)) return undefined;
    return { kind: 'serve', selected: landing.value.selected, forwarded: forwardReason(place) };
  }

  /**
   * A route with a policy is expected to be storable. Of the application's other URLs that is known only once it
   * happened: until then nobody waits, for the first could be a long poll.
   */
  function mayWait(job: Job): boolean {
    return job.policy.kind === 'route' || urls.recall(job.base, clock.now()) === 'storable';
  }

  /** A cache that fails is a cache that has nothing. */
  async function find({ base, policy, exchange: { request } }: Job): Promise<Place | undefined> {
    // A HEAD stores nothing.
    const tags = request.method === 'GET' ? policy.tagsOf(request) : undefined;
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
      const selected = store.peek(job.base, job.exchange.request.headers);
      if (selected && accepts(job, selected)) return { kind: 'serve', selected };
      const lesson = urls.recall(job.base, clock.now());
      if (lesson === undefined || lesson === 'storable') return undefined;
      return wantsStoredOnly(job) ? { kind: 'refuse' } : { kind: 'bypass', reason: lesson };
    },

    decide: (job) => decide(job),
  };
}

/** RFC 9211 §2.2: `request` where something was stored that the request's own directives did not want. */
export function forwardReason(place: Place): ForwardReason {
  if (place.selected) return 'request';
  return place.record ? 'vary-miss' : 'uri-miss';
}

export function timesOf(selected: Selected, nowMs: number): { ageSeconds: number; ttlSeconds: number } {
  const ageMs = Math.max(0, nowMs - selected.storedAtMs) + selected.response.initialAgeMs;
  return {
    ageSeconds: Math.floor(ageMs / 1000),
    ttlSeconds: Math.max(0, Math.floor((selected.expiresAtMs - nowMs) / 1000)),
  };
}

/** RFC 9111 §5.2.1.7. Not the application's to refuse: a route further on may have the response stored. */
function wantsStoredOnly({ policy, directives }: Job): boolean {
  return policy.kind === 'route' && directives.has('only-if-cached');
}

function isFor({ varyNames, varyValues: values }: Shared, job: Job): boolean {
  return varyNames.length === 0 || varyValues(varyNames, job.exchange.request.headers) === values;
}
