import { bump, type PolicyCounters } from './counters.ts';
import type { Exchange } from './exchange.ts';
import { type Fill, type FillTools, type Shared, startFill } from './fill.ts';
import type { Flight, Flights, Landing } from './flights.ts';
import type { Policy } from './options.ts';
import type { BypassReason, NotStoredReason } from './reasons.ts';
import type { Place, ResponseStore, Selected } from './response-store.ts';
import type { CacheControl } from './rules/cache-control.ts';
import { type ForwardReason, forwardStatus, hitStatus } from './rules/cache-status.ts';
import { conditionsOf, isNotModified } from './rules/conditional.ts';
import { acceptsStored, personalBypass, requestBypass, requestDirectives } from './rules/request-rules.ts';
import { varyValues } from './rules/vary.ts';
import { sendNotModified, sendOnlyIfCached, sendStored } from './send-stored.ts';

export interface AnswerTools extends FillTools {
  readonly store: ResponseStore;
  readonly flights: Flights<Shared>;
  baseKey(policy: Policy, policyName: string, request: Exchange['request']): string;
  report(during: 'lookup', error: unknown): void;
}

/** One request under one policy. */
interface Job {
  readonly exchange: Exchange;
  readonly policy: Policy;
  readonly counters: PolicyCounters;
  readonly directives: CacheControl;
  readonly base: string;
}

/** What is done with a request. */
type Course =
  | { readonly kind: 'serve'; readonly selected: Selected; readonly forwarded?: ForwardReason }
  | { readonly kind: 'fill'; readonly place: Place; readonly flight: Flight<Shared> }
  | { readonly kind: 'pass'; readonly reason: NotStoredReason; readonly collapsed?: false }
  | { readonly kind: 'bypass'; readonly reason: BypassReason }
  | { readonly kind: 'refuse' };

const NOTHING_SHARED: Course = Object.freeze({ kind: 'pass', reason: 'concurrent', collapsed: false });

/** Fills that come to nothing, one after the other, before a request that waits for them runs the handler itself. */
const MOST_WAITS = 3;

export interface Answering {
  /**
   * Answers the request from the cache, or sends it on to the handler. A fresh response in memory is sent before this
   * returns.
   *
   * @param onFill is called when this request fills its URL.
   */
  answer(exchange: Exchange, policy: Policy, policyName: string, counters: PolicyCounters, onFill: OnFill): void;
}

type OnFill = (fill: Fill) => void;

export function createAnswering(tools: AnswerTools): Answering {
  const { options, store, flights } = tools;
  const { clock } = options;

  function answer(
    exchange: Exchange,
    policy: Policy,
    policyName: string,
    counters: PolicyCounters,
    onFill: OnFill,
  ): void {
    const { request } = exchange;
    const directives = requestDirectives(request.headers);
    const reason = requestBypass(request.method, request.headers, directives) ?? personal(policy, request);
    if (reason) {
      passBy(exchange, counters, reason);
      return;
    }
    const job: Job = { exchange, policy, counters, directives, base: tools.baseKey(policy, policyName, request) };
    const course = decideAtOnce(job);
    if (course) {
      take(job, course, onFill);
      return;
    }
    decide(job)
      .then((decided) => take(job, decided, onFill))
      .catch((error: unknown) => exchange.next(error));
  }

  /** What memory alone can tell. */
  function decideAtOnce(job: Job): Course | undefined {
    const selected = store.peek(job.base, job.exchange.request.headers);
    if (selected && accepts(job, selected)) return { kind: 'serve', selected };
    const lesson = tools.urls.recall(job.base, clock.now());
    if (lesson === undefined || lesson === 'storable') return undefined;
    return wantsStoredOnly(job) ? { kind: 'refuse' } : { kind: 'bypass', reason: lesson };
  }

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
    return job.policy.kind === 'route' || tools.urls.recall(job.base, clock.now()) === 'storable';
  }

  /** A cache that fails is a cache that has nothing. */
  async function find({ base, policy, exchange: { request } }: Job): Promise<Place | undefined> {
    // A HEAD stores nothing.
    const tags = request.method === 'GET' ? policy.tagsOf(request) : undefined;
    try {
      return await store.find(base, request.headers, tags);
    } catch (error) {
      tools.report('lookup', error);
      return undefined;
    }
  }

  function take(job: Job, course: Course, onFill: OnFill): void {
    const { exchange, counters } = job;
    const { response } = exchange;
    // The client went, or a time limit of the application's answered it, while the cache was asked.
    if (response.destroyed || response.headersSent) {
      if (course.kind === 'fill') course.flight.land({ kind: 'again' });
      return;
    }
    switch (course.kind) {
      case 'serve':
        serve(job, course.selected, course.forwarded);
        break;
      case 'fill':
        onFill(startFill({ ...course, ...job, forwarded: forwardReason(course.place) }, tools));
        exchange.next();
        break;
      case 'pass':
        bump(counters.notStored, course.reason);
        response.setHeader(
          'Cache-Status',
          forwardStatus('uri-miss', { collapsed: course.collapsed, detail: course.reason }),
        );
        exchange.next();
        break;
      case 'bypass':
        passBy(exchange, counters, course.reason);
        break;
      case 'refuse':
        bump(counters.bypass, 'only-if-cached');
        exchange.claim();
        sendOnlyIfCached(response);
    }
  }

  function serve(job: Job, selected: Selected, forwarded?: ForwardReason): void {
    const { exchange, counters } = job;
    const { request, response } = exchange;
    const { ageSeconds, ttlSeconds } = timesOf(selected, clock.now());
    if (forwarded) counters.coalesced += 1;
    else if (selected.tier === 'memory') counters.hitMemory += 1;
    else counters.hitRedis += 1;
    const cacheStatus = forwarded
      ? forwardStatus(forwarded, { collapsed: true })
      : hitStatus(ttlSeconds, selected.tier);
    exchange.claim();
    if (isNotModified(conditionsOf(request.headers), selected.response.validators)) {
      if (!forwarded) counters.notModified += 1;
      sendNotModified(response, selected.response, { ageSeconds, cacheStatus });
    } else {
      sendStored(response, selected.response, { ageSeconds, cacheStatus }, request.method !== 'HEAD');
    }
  }

  return { answer };
}

function passBy({ response, next }: Exchange, counters: PolicyCounters, reason: BypassReason): void {
  bump(counters.bypass, reason);
  const status = reason === 'method' ? forwardStatus('method') : forwardStatus('bypass', { detail: reason });
  response.setHeader('Cache-Status', status);
  next();
}

/** RFC 9111 §5.2.1.7. Not the application's to refuse: a route further on may have the response stored. */
function wantsStoredOnly({ policy, directives }: Job): boolean {
  return policy.kind === 'route' && directives.has('only-if-cached');
}

function isFor({ varyNames, varyValues: values }: Shared, job: Job): boolean {
  return varyNames.length === 0 || varyValues(varyNames, job.exchange.request.headers) === values;
}

/** RFC 9211 §2.2: `request` where something was stored that the request's own directives did not want. */
function forwardReason(place: Place): ForwardReason {
  if (place.selected) return 'request';
  return place.record ? 'vary-miss' : 'uri-miss';
}

function timesOf(selected: Selected, nowMs: number): { ageSeconds: number; ttlSeconds: number } {
  const ageMs = Math.max(0, nowMs - selected.storedAtMs) + selected.response.initialAgeMs;
  return {
    ageSeconds: Math.floor(ageMs / 1000),
    ttlSeconds: Math.max(0, Math.floor((selected.expiresAtMs - nowMs) / 1000)),
  };
}
