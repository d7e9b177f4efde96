import { CallbackError } from '../errors.ts';
import { type FillTools, type Shared, STORABLE_FOR_MS } from '../filling/intake.ts';
import type { Refreshes } from '../filling/refresh.ts';
import { varyValues } from '../rules/vary.ts';
import type { Place } from '../stored/place.ts';
import type { StoreAtOnce } from '../stored/store-at-once.ts';
import type { Course, Job } from './job.ts';
import { routeTag } from './keys.ts';
import { createLead, type LeadTools, serveShared, standIn } from './lead.ts';

const NOTHING_SHARED: Course = Object.freeze({ kind: 'pass', reason: 'concurrent', collapsed: false });
export const CACHE_FAILED = Object.freeze({ kind: 'pass', reason: 'cache-failed' } as const);

/** Fills that come to nothing, one after the other, before a request that waits for them runs the handler itself. */
const MOST_WAITS = 3;

export interface CourseTools extends LeadTools, Pick<FillTools, 'urls' | 'budgets' | 'report'> {
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
  find(job: Job): Course | Promise<Course>;
}

export function createCourses(tools: CourseTools): Courses {
  const { options, decisions, store, flights, refreshes, urls, budgets, report } = tools;
  const { clock } = options;
  const lead = createLead(tools, look);

  /** All that a cache without Redis takes, unless something stale, or another request, has a say in it. */
  function findAtOnce(job: Job, { find, claim }: StoreAtOnce): Course | Promise<Course> {
    const found = find(job.base, job.request.headers);
    const decision = decisions.afterLook(job, found.selected);
    if (decision) return decision;
    if (found.selected || flights.isFlying(found.key)) return findInTurns(job, found);
    const refusal = refusalOf(job, found);
    if (refusal) return refusal;
    const place = { ...found, slot: claim(found, tagsOf(job)) };
    return { kind: 'fill', place, flight: flights.lead(place.key) };
  }

  /** @param found where it has been looked already. */
  async function findInTurns(job: Job, found?: Place): Promise<Course> {
    try {
      for (let waits = 0; waits < MOST_WAITS; waits += 1) {
        const tags = tagsAhead(job);
        const place = waits === 0 && found ? found : await look(job, tags);
        const decision = decisions.afterLook(job, place.selected);
        if (decision) return decision;
        const course = await filled(job, place, tags ?? tagsOf(job), waits === 0);
        if (course) return course;
      }
      return NOTHING_SHARED;
    } catch (error) {
      return failed(error);
    }
  }

  /** Where the fleet fills, what a fill needs is asked for when there is one: a hit does without. */
  function tagsAhead(job: Job): readonly string[] | undefined {
    return options.fill === 'fleet' && mayWait(job) ? undefined : tagsOf(job);
  }

  /**
   * A cache that fails is a cache that has nothing.
   *
   * @throws what the policy's own callback has thrown.
   */
  function failed(error: unknown): Course {
    if (error instanceof CallbackError) throw error.cause;
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
    return isRefresh || !standIn(place, clock.now()) ? undefined : policy.timeoutMs;
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
        return standIn(place, clock.now()) ?? NOTHING_SHARED;
      case 'again':
        return undefined;
      case 'shared':
        return isFor(landing.value, job) ? serveShared(place, landing.value.selected, clock.now()) : undefined;
    }
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
    find(job) {
      const { atOnce } = store;
      if (!atOnce) return findInTurns(job);
      try {
        return findAtOnce(job, atOnce);
      } catch (error) {
        return failed(error);
      }
    },
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
