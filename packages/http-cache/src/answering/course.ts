import type { PolicyCounters } from '../counters.ts';
import { CallbackError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { type FillTools, type Shared, STORABLE_FOR_MS } from '../filling/intake.ts';
import type { Refreshes } from '../filling/refresh.ts';
import { standsIn } from '../filling/standby.ts';
import { varyValues } from '../rules/vary.ts';
import type { Place, ResponseStore, Selected } from '../stored/response-store.ts';
import { type Decision, type Decisions, forwardReason, type Question } from './decisions.ts';
import { flyForFleet } from './fleet-flight.ts';
import type { Flight, Flights } from './flights.ts';
import { routeTag } from './keys.ts';

/** A question that is to be answered. */
export interface Job extends Question {
  readonly exchange: Exchange;
  readonly policyName: string;
  readonly counters: PolicyCounters;
}

/** What is done with a request. */
export type Course =
  | Decision
  /** Stale, in place of an answer that failed or is overdue. */
  | { readonly kind: 'stand-in'; readonly selected: Selected }
  | { readonly kind: 'fill'; readonly place: Place; readonly flight: Flight<Shared> };

const NOTHING_SHARED: Course = Object.freeze({ kind: 'pass', reason: 'concurrent', collapsed: false });
export const CACHE_FAILED = Object.freeze({ kind: 'pass', reason: 'cache-failed' } as const);

/** Fills that come to nothing, one after the other, before a request that waits for them runs the handler itself. */
const MOST_WAITS = 3;

export interface CourseTools extends Pick<FillTools, 'options' | 'urls' | 'budgets' | 'report'> {
  readonly decisions: Decisions;
  readonly store: ResponseStore;
  readonly flights: Flights<Shared>;
  readonly refreshes: Refreshes;
}

/** Finds the course of a request: looks where its response may be, and has one request of many fill. It answers nothing. */
export interface Courses {
  /** What memory alone can tell, `undefined` where Redis has to be asked. */
  atOnce(job: Job): Course | undefined;
  /**
   * A `fill` that it decides on has begun: its flight must land.
   *
   * @throws what the policy's own callback throws; whatever goes wrong in the cache is a course.
   */
  find(job: Job): Promise<Course>;
}

export function createCourses(tools: CourseTools): Courses {
  const { options, decisions, store, flights, refreshes, urls, budgets, report } = tools;
  const { clock } = options;

  async function find(job: Job): Promise<Course> {
    try {
      for (let waits = 0; waits < MOST_WAITS; waits += 1) {
        const tags = tagsAhead(job);
        const place = await look(job, tags);
        const decision = decisions.afterLook(job, place.selected);
        if (decision) return decision;
        const course = await filled(job, place, tags ?? tagsOf(job), waits === 0);
        if (course) return course;
      }
      return NOTHING_SHARED;
    } catch (error) {
      if (error instanceof CallbackError) throw error.cause;
      return failed(error);
    }
  }

  /** Where the fleet fills, what a fill needs is asked for when there is one: a hit does without. */
  function tagsAhead(job: Job): readonly string[] | undefined {
    return options.fill === 'fleet' && mayWait(job) ? undefined : tagsOf(job);
  }

  /** A cache that fails is a cache that has nothing. */
  function failed(error: unknown): Course {
    report('lookup', error);
    return CACHE_FAILED;
  }

  /** What a fill leads to, another's or this request's own; `undefined` where this request starts over. */
  async function filled(
    job: Job,
    place: Place,
    tags: readonly string[],
    isFirst: boolean,
  ): Promise<Course | undefined> {
    const limitMs = timeLimitOf(job, place);
    const isAside = isFilled(job, place) || (isFirst && limitMs !== undefined && isFilledAside(job, place));
    if (isAside) return follow(job, place, limitMs);
    return refusalOf(job, place) ?? lead(job, place, tags, limitMs);
  }

  function refusalOf({ policy, policyName }: Job, place: Place): Course | undefined {
    const reason = budgets.refusal(policy, policyName, place);
    return reason && { kind: 'pass', reason };
  }

  function isFilled({ isRefresh }: Job, { key }: Place): boolean {
    return flights.isFlying(key) && !(isRefresh && flights.isExpected(key));
  }

  /** How long it is waited for an answer while something stale may stand in for it (RFC 5861 §4). */
  function timeLimitOf({ policy, isRefresh }: Job, place: Place): number | undefined {
    return isRefresh || !standIn(place) ? undefined : policy.timeoutMs;
  }

  /** Has the handler run by a request of the cache's own, which goes on when this one has been answered. */
  function isFilledAside({ base, exchange }: Job, { key }: Place): boolean {
    const withdraw = flights.expect(key);
    const ended = refreshes.begin(base, exchange);
    if (!ended) withdraw();
    // It need not have come as far as here: a guard in front of the route may have refused it.
    else void ended.then(withdraw);
    return ended !== undefined;
  }

  /** What another's fill leads to, `undefined` where this request starts over. */
  async function follow(job: Job, place: Place, limitMs: number | undefined): Promise<Course | undefined> {
    if (!mayWait(job)) return { kind: 'pass', reason: 'concurrent' };
    const landing = await flights.follow(place.key, limitMs);
    switch (landing.kind) {
      case 'each':
        return NOTHING_SHARED;
      case 'failed':
        return standIn(place) ?? NOTHING_SHARED;
      case 'again':
        return undefined;
      case 'shared':
        return isFor(landing.value, job) ? serveShared(place, landing.value.selected) : undefined;
    }
  }

  /** Has this request fill, unless another process does: then as {@link follow}. */
  async function lead(
    job: Job,
    place: Place,
    tags: readonly string[],
    limitMs = options.maxWaitMs,
  ): Promise<Course | undefined> {
    const flight = flights.lead(place.key);
    if (place.slot) return { kind: 'fill', place, flight };
    try {
      return await claimed(job, place, tags, limitMs, flight);
    } catch (error) {
      flight.land({ kind: 'failed' });
      throw error;
    }
  }

  async function claimed(
    job: Job,
    place: Place,
    tags: readonly string[],
    limitMs: number,
    flight: Flight<Shared>,
  ): Promise<Course | undefined> {
    const slot = await store.claim(place, tags, Math.min(limitMs, options.maxWaitMs));
    if (!slot) return serveFilled(job, place, flight);
    const { claim } = slot;
    const spare = claim?.right === 'late' ? instead(job, place) : undefined;
    if (spare) {
      flight.land({ kind: 'failed' });
      return spare;
    }
    if (claim?.right === 'unkept') flight.land({ kind: 'each' });
    const filled = { ...place, slot };
    if (claim?.right !== 'lease') return { kind: 'fill', place: filled, flight };
    job.counters.fleetFills += 1;
    return { kind: 'fill', place: filled, flight: flyForFleet(flight, claim, options.maxWaitMs) };
  }

  /** What another process has filled is shared with those who wait in this one. */
  async function serveFilled(job: Job, place: Place, flight: Flight<Shared>): Promise<Course | undefined> {
    const found = await look(job);
    const decision = decisions.afterLook(job, found.selected);
    if (decision?.kind !== 'serve') {
      flight.land({ kind: 'again' });
      return undefined;
    }
    const varyNames = found.record?.names ?? [];
    const { selected } = decision;
    job.counters.filledElsewhere += 1;
    flight.land({
      kind: 'shared',
      value: { selected, varyNames, varyValues: varyValues(varyNames, job.request.headers) },
    });
    return serveShared(place, selected);
  }

  function serveShared(place: Place, selected: Selected): Course {
    return { kind: 'serve', selected, forwarded: forwardReason(place, clock.now()) };
  }

  /** What is stale, where that is allowed (RFC 5861 §4). */
  function standIn({ selected }: Place): Course | undefined {
    return selected && standsIn(selected, clock.now()) ? { kind: 'stand-in', selected } : undefined;
  }

  /** A request of the cache's own need not run the handler while another process does: nobody gets its answer. */
  function instead({ isRefresh }: Job, place: Place): Course | undefined {
    return isRefresh && place.selected ? serveShared(place, place.selected) : standIn(place);
  }

  /**
   * A route with a policy is expected to be storable. Of the application's other URLs that is known only once it
   * happened: until then nobody waits, for the first could be a long poll.
   */
  function mayWait(job: Job): boolean {
    return job.policy.kind === 'route' || urls.recall(job.base, clock.now()) === 'storable';
  }

  /** @param tags of what will be stored there, where the place is to be taken for this process at once. */
  async function look({ base, policy, request }: Job, tags?: readonly string[]): Promise<Place> {
    // A HEAD stores nothing.
    const place = await store.find(base, request.headers, request.method === 'GET' ? tags : undefined);
    // Another process has stored it.
    if (place.selected && policy.kind === 'origin') urls.remember(base, 'storable', clock.now() + STORABLE_FOR_MS);
    return place;
  }

  return {
    atOnce(job) {
      try {
        return decisions.atOnce(job, store.peek(job.base, job.request.headers));
      } catch (error) {
        return failed(error);
      }
    },
    find,
  };
}

/** @throws CallbackError */
function tagsOf({ policy, policyName, request }: Job): readonly string[] {
  try {
    return [...policy.tagsOf(request), routeTag(policyName)];
  } catch (error) {
    throw new CallbackError(error);
  }
}

function isFor({ varyNames, varyValues: values }: Shared, { request }: Job): boolean {
  return varyNames.length === 0 || varyValues(varyNames, request.headers) === values;
}
