import type { PolicyCounters } from '../counters.ts';
import type { Exchange } from '../exchange.ts';
import type { FillTools, Shared } from '../filling/intake.ts';
import { varyValues } from '../rules/vary.ts';
import type { Place, ResponseStore } from '../stored/response-store.ts';
import { type Decision, type Decisions, forwardReason, type Question } from './decisions.ts';
import type { Flight, Flights, Landing } from './flights.ts';
import { routeTag } from './keys.ts';

/** A question that is to be answered. */
export interface Job extends Question {
  readonly exchange: Exchange;
  readonly policyName: string;
  readonly counters: PolicyCounters;
}

/** What is done with a request. */
export type Course = Decision | { readonly kind: 'fill'; readonly place: Place; readonly flight: Flight<Shared> };

const NOTHING_SHARED: Course = Object.freeze({ kind: 'pass', reason: 'concurrent', collapsed: false });

/** Fills that come to nothing, one after the other, before a request that waits for them runs the handler itself. */
const MOST_WAITS = 3;

export interface CourseTools extends Pick<FillTools, 'options' | 'urls' | 'budgets'> {
  readonly decisions: Decisions;
  readonly store: ResponseStore;
  readonly flights: Flights<Shared>;
  report(during: 'lookup', error: unknown): void;
}

/** Finds the course of a request: looks where its response may be, and has one request of many fill. It answers nothing. */
export interface Courses {
  /** What memory alone can tell, `undefined` where Redis has to be asked. */
  atOnce(job: Job): Course | undefined;
  /** A `fill` that it decides on has begun: its flight must land. */
  find(job: Job): Promise<Course>;
}

export function createCourses({ options, decisions, store, flights, urls, budgets, report }: CourseTools): Courses {
  const { clock } = options;

  async function find(job: Job, waits = 0): Promise<Course> {
    const place = await look(job);
    if (!place) return { kind: 'pass', reason: 'cache-failed' };
    const decision = decisions.afterLook(job, place.selected);
    if (decision) return decision;
    if (!flights.isFlying(place.key)) return fill(job, place);
    if (!mayWait(job)) return { kind: 'pass', reason: 'concurrent' };
    const shared = courseAfter(job, place, await flights.follow(place.key));
    if (shared) return shared;
    return waits + 1 < MOST_WAITS ? find(job, waits + 1) : NOTHING_SHARED;
  }

  function fill({ policy, policyName }: Job, place: Place): Course {
    const refusal = budgets.refusal(policy, policyName, place);
    if (refusal) return { kind: 'pass', reason: refusal };
    return { kind: 'fill', place, flight: flights.lead(place.key) };
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
  async function look({ base, policy, policyName, request }: Job): Promise<Place | undefined> {
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
    atOnce: (job) => decisions.atOnce(job, store.peek(job.base, job.request.headers)),
    find: (job) => find(job),
  };
}

function isFor({ varyNames, varyValues: values }: Shared, { request }: Job): boolean {
  return varyNames.length === 0 || varyValues(varyNames, request.headers) === values;
}
