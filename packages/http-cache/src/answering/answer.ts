import { bump, type PolicyCounters } from '../counters.ts';
import type { Exchange } from '../exchange.ts';
import { type Fill, startFill } from '../filling/fill.ts';
import type { FillTools } from '../filling/intake.ts';
import { isRefresh, type Refreshes } from '../filling/refresh.ts';
import type { Policy } from '../options/route-policy.ts';
import type { ForwardReason } from '../rules/cache-status.ts';
import { conditionsOf } from '../rules/conditional.ts';
import { requestDirectives } from '../rules/request-rules.ts';
import type { Selected } from '../stored/response-store.ts';
import { type Course, type CourseTools, createCourses, type Job } from './course.ts';
import { bypassStatus, decisionStatus, servedStatus } from './decision-status.ts';
import { forwardReason } from './decisions.ts';
import type { BypassReason } from './reasons.ts';
import { sendOnlyIfCached } from './send-stored.ts';
import { serveStored } from './serve-stored.ts';

export interface AnswerTools extends FillTools, CourseTools {
  readonly refreshes: Refreshes;
  baseKey(policy: Policy, policyName: string, request: Exchange['request']): string;
}

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

/** Takes the course that was decided on, and counts it. */
export function createAnswering(tools: AnswerTools): Answering {
  const { clock } = tools.options;
  const courses = createCourses(tools);

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
      case 'serve-stale':
        counters.stale += 1;
        serve(job, course.selected);
        tools.refreshes.begin(job.base, exchange);
        break;
      case 'fill':
        onFill(startFill({ ...course, ...job, forwarded: forwardReason(course.place, clock.now()) }, tools));
        exchange.next();
        break;
      case 'pass':
        bump(counters.notStored, course.reason);
        response.setHeader('Cache-Status', decisionStatus(course, clock.now()));
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
    const nowMs = clock.now();
    if (forwarded) counters.coalesced += 1;
    else if (selected.tier === 'memory') counters.hitMemory += 1;
    else {
      counters.hitRedis += 1;
      // Another instance's fill: in front of this one it is not known yet.
      tools.front.learn(exchange, job.policy, { base: job.base, counters });
    }
    exchange.claim();
    const sent = serveStored(exchange.request, exchange.response, selected, {
      cacheStatus: servedStatus(selected, nowMs, forwarded),
      conditions: conditionsOf(exchange.request.headers),
      nowMs,
    });
    if (sent === 'not-modified' && !forwarded) counters.notModified += 1;
  }

  return {
    answer(exchange, policy, policyName, counters, onFill) {
      const { request } = exchange;
      const directives = requestDirectives(request.headers);
      const reason = tools.decisions.bypassOf(policy, request, directives);
      if (reason) {
        passBy(exchange, counters, reason);
        return;
      }
      const base = tools.baseKey(policy, policyName, request);
      const job: Job = {
        exchange,
        request,
        policy,
        policyName,
        counters,
        directives,
        base,
        isRefresh: isRefresh(exchange.raw),
      };
      const course = courses.atOnce(job);
      if (course) {
        take(job, course, onFill);
        return;
      }
      courses
        .find(job)
        .then((found) => take(job, found, onFill))
        .catch((error: unknown) => exchange.next(error));
    },
  };
}

function passBy({ response, next }: Exchange, counters: PolicyCounters, reason: BypassReason): void {
  bump(counters.bypass, reason);
  response.setHeader('Cache-Status', bypassStatus(reason));
  next();
}
