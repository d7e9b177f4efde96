import { bump, type PolicyCounters } from '../counters.ts';
import type { Exchange } from '../exchange.ts';
import { type Fill, startFill } from '../filling/fill.ts';
import type { FillTools } from '../filling/intake.ts';
import { isRefresh } from '../filling/refresh.ts';
import type { Policy } from '../options/route-policy.ts';
import type { HitRates } from '../removing/hit-rates.ts';
import { watchHead } from '../removing/watch-head.ts';
import { type ForwardReason, forwardStatus } from '../rules/cache-status.ts';
import { conditionsOf } from '../rules/conditional.ts';
import type { ParameterRule } from '../rules/parameters.ts';
import { requestDirectives } from '../rules/request-rules.ts';
import type { Sentinel } from '../sentinel/sentinel.ts';
import type { Selected } from '../stored/place.ts';
import { CACHE_FAILED, type CourseTools, createCourses } from './course.ts';
import { bypassStatus, decisionStatus, servedStatus } from './decision-status.ts';
import { forwardReason } from './decisions.ts';
import type { Departures } from './departures.ts';
import { hideParameters } from './hide-parameters.ts';
import type { Course, Job } from './job.ts';
import { isOfOneCaller, keepFromOthers } from './keep-from-others.ts';
import { parametersOf } from './keys.ts';
import { hitMoment, momentOf } from './moment.ts';
import type { BypassReason } from './reasons.ts';
import { sendOnlyIfCached } from './send-stored.ts';
import { serveStored } from './serve-stored.ts';

export interface AnswerTools extends FillTools, CourseTools {
  /** `undefined` where it is switched off. */
  readonly sentinel: Sentinel | undefined;
  readonly departures: Departures;
  readonly rates: Pick<HitRates, 'note'>;
  /** What parameters the keys of any policy hold, as far as they are known. */
  readonly rules: Set<ParameterRule>;
  baseKey(policy: Policy, policyName: string, request: Exchange['request']): string | undefined;
}

export interface Answering {
  /**
   * Answers the request from the cache, or sends it on to the handler. A fresh response in memory is sent in this turn of
   * the event loop.
   *
   * @param carried is given what runs before the handler does, where another policy has to know of it.
   */
  answer(exchange: Exchange, policy: Policy, policyName: string, counters: PolicyCounters, carried: Carried): void;
}

const STAND_IN_STATUS = forwardStatus('stale', { collapsed: true, detail: 'stale-if-error' });

/** What a request carries from one policy to the next. */
export interface Carried {
  /** The earlier policy's, until another one answers. */
  fill: Fill | undefined;
}

/** Takes the course that was decided on, and counts it. */
export function createAnswering(tools: AnswerTools): Answering {
  const { departures } = tools;
  const { clock } = tools.options;
  const courses = createCourses(tools);

  function find(job: Job, carried: Carried): void {
    const { next } = job.exchange;
    let course: Course | Promise<Course>;
    try {
      course = courses.find(job);
    } catch (error) {
      next(error);
      return;
    }
    if (course instanceof Promise) course.then((found) => take(job, found, carried)).catch(next);
    else take(job, course, carried);
  }

  function take(job: Job, course: Course, carried: Carried): void {
    const { response, next } = job.exchange;
    // The client went, or a time limit of the application's answered it, while the cache was asked.
    if (response.destroyed || response.headersSent) {
      if (course.kind === 'fill') course.flight.land({ kind: 'again' });
      return;
    }
    let isForHandler: boolean;
    try {
      isForHandler = begin(job, course, carried);
    } catch (error) {
      tools.report('lookup', error);
      isForHandler = isLeftToHandler(job, course);
    }
    if (isForHandler) handOn(next);
  }

  /** What was answered before it does not wait for the handler's work. */
  function handOn(next: Exchange['next']): void {
    departures.leave();
    next();
  }

  /** Nobody waits for what failed. A response that was taken from the framework to be sent cannot be given back. */
  function isLeftToHandler({ exchange: { response }, counters }: Job, course: Course): boolean {
    if (course.kind === 'fill') course.flight.land({ kind: 'failed' });
    if (course.kind !== 'fill' && course.kind !== 'pass' && course.kind !== 'bypass') {
      if (!response.writableEnded) response.destroy();
      return false;
    }
    bump(counters.notStored, CACHE_FAILED.reason);
    response.setHeader('Cache-Status', decisionStatus(CACHE_FAILED, clock.now()));
    return true;
  }

  /** @returns whether the handler is to run. */
  function begin(job: Job, course: Course, carried: Carried): boolean {
    const { exchange, counters } = job;
    const { response } = exchange;
    switch (course.kind) {
      case 'serve':
        serve(job, course.selected, course.forwarded);
        return false;
      case 'serve-stale':
        counters.stale += 1;
        serve(job, course.selected);
        void tools.refreshes.begin(job.base, exchange);
        return false;
      case 'stand-in':
        counters.staleIfError += 1;
        send(job, course.selected, clock.now(), STAND_IN_STATUS);
        return false;
      case 'fill':
        show(
          job,
          carried,
          startFill({ ...course, ...job, forwarded: forwardReason(course.place, clock.now()) }, tools),
        );
        return true;
      case 'pass':
        bump(counters.notStored, course.reason);
        if (!wasOfOneCaller(job)) {
          tools.refusals.remember(job.base, { reason: course.reason, status: undefined, atMs: clock.now() });
        }
        response.setHeader('Cache-Status', decisionStatus(course, clock.now()));
        if (course.held) watchHead(response, course.held.response, () => forget(job.base));
        show(job, carried);
        return true;
      case 'bypass':
        sayBypassed(exchange, counters, course.reason);
        show(job, carried);
        return true;
      case 'refuse':
        bump(counters.bypass, 'only-if-cached');
        exchange.claim();
        sendOnlyIfCached(response);
        return false;
    }
  }

  /** The handler is shown the parameters that are in the key, and no others. */
  function show(job: Job, carried: Carried, fill?: Fill): void {
    const { exchange, policy } = job;
    if (!fill && wasOfOneCaller(job)) keepFromOthers(exchange, policy);
    const showAll = hideParameters(exchange, parametersOf(tools.options, policy));
    if (!fill && !showAll) return;
    tools.rates.note();
    carried.fill = {
      yield() {
        fill?.yield();
        showAll?.();
      },
    };
  }

  /** The last response of the URL was, so that this one may be as well. */
  function wasOfOneCaller({ base }: Job): boolean {
    return isOfOneCaller(tools.refusals.of(base)?.reason);
  }

  function forget(base: string): void {
    tools.background.run('invalidate', async () => void (await tools.store.remove([base])));
  }

  function serve(job: Job, selected: Selected, forwarded?: ForwardReason): void {
    const { exchange, counters } = job;
    const nowMs = clock.now();
    if (forwarded) counters.coalesced += 1;
    else if (selected.tier === 'memory') counters.hitMemory += 1;
    else {
      counters.hitRedis += 1;
      // Another instance's fill: in front of this one it is not known yet.
      tools.front.learn(exchange, job.policy, { base: job.base, counters, policyName: job.policyName });
    }
    const sent = send(job, selected, nowMs, forwarded && servedStatus(selected, nowMs, forwarded));
    if (sent === 'not-modified' && !forwarded) counters.notModified += 1;
    if (!forwarded)
      tools.sentinel?.watch({ ...job, raw: exchange.raw, url: exchange.request.originalUrl, selected, nowMs });
  }

  /** @param cacheStatus of what is no plain hit. */
  function send({ exchange }: Job, selected: Selected, nowMs: number, cacheStatus?: string) {
    exchange.claim();
    const { request, response } = exchange;
    const moment = cacheStatus === undefined ? hitMoment(selected, nowMs) : momentOf(selected, cacheStatus, nowMs);
    return serveStored(request, response, selected.response, {
      moment,
      conditions: conditionsOf(request.headers),
      nowMs,
      send: selected.tier === 'memory' ? departures.sendWithTurn : departures.sendWithReply,
    });
  }

  return {
    answer(exchange, policy, policyName, counters, carried) {
      const { request } = exchange;
      const directives = requestDirectives(request.headers);
      const reason = tools.decisions.bypassOf(policy, policyName, request, directives);
      if (reason) {
        sayBypassed(exchange, counters, reason);
        if (isOfOneCaller(reason)) keepFromOthers(exchange, policy);
        handOn(exchange.next);
        return;
      }
      const base = tools.baseKey(policy, policyName, request);
      if (base === undefined) {
        sayBypassed(exchange, counters, 'query');
        handOn(exchange.next);
        return;
      }
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
        take(job, course, carried);
        return;
      }
      tools.rules.add(parametersOf(tools.options, policy));
      find(job, carried);
    },
  };
}

function sayBypassed({ response }: Exchange, counters: PolicyCounters, reason: BypassReason): void {
  bump(counters.bypass, reason);
  response.setHeader('Cache-Status', bypassStatus(reason));
}
