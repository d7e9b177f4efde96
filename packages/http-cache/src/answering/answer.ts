import { bump, type PolicyCounters } from '../counters.ts';
import type { Exchange } from '../exchange.ts';
import { type Fill, startFill } from '../filling/fill.ts';
import type { FillTools } from '../filling/intake.ts';
import { isRefresh, type Refreshes } from '../filling/refresh.ts';
import type { Policy } from '../options/route-policy.ts';
import { type ForwardReason, forwardStatus, hitStatus } from '../rules/cache-status.ts';
import { conditionsOf } from '../rules/conditional.ts';
import { requestDirectives } from '../rules/request-rules.ts';
import { ttlSecondsOf } from '../stored/entry.ts';
import type { Selected } from '../stored/response-store.ts';
import { type Course, type CourseTools, createCourses, forwardReason, type Job } from './course.ts';
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
    const nowMs = clock.now();
    if (forwarded) counters.coalesced += 1;
    else if (selected.tier === 'memory') counters.hitMemory += 1;
    else {
      counters.hitRedis += 1;
      // Another instance's fill: in front of this one it is not known yet.
      tools.front.learn(exchange, job.policy, { base: job.base, counters });
    }
    const cacheStatus = forwarded
      ? forwardStatus(forwarded, { collapsed: true })
      : hitStatus(ttlSecondsOf(selected.response, selected.storedAtMs, nowMs), selected.tier);
    exchange.claim();
    const sent = serveStored(exchange.request, exchange.response, selected, {
      cacheStatus,
      conditions: conditionsOf(exchange.request.headers),
      nowMs,
    });
    if (sent === 'not-modified' && !forwarded) counters.notModified += 1;
  }

  return {
    answer(exchange, policy, policyName, counters, onFill) {
      const { request } = exchange;
      const directives = requestDirectives(request.headers);
      const reason = courses.bypassOf(policy, request, directives);
      if (reason) {
        passBy(exchange, counters, reason);
        return;
      }
      const base = tools.baseKey(policy, policyName, request);
      const job: Job = { exchange, policy, policyName, counters, directives, base, isRefresh: isRefresh(exchange.raw) };
      const course = courses.decideAtOnce(job);
      if (course) {
        take(job, course, onFill);
        return;
      }
      courses
        .decide(job)
        .then((decided) => take(job, decided, onFill))
        .catch((error: unknown) => exchange.next(error));
    },
  };
}

function passBy({ response, next }: Exchange, counters: PolicyCounters, reason: BypassReason): void {
  bump(counters.bypass, reason);
  const status = reason === 'method' ? forwardStatus('method') : forwardStatus('bypass', { detail: reason });
  response.setHeader('Cache-Status', status);
  next();
}
