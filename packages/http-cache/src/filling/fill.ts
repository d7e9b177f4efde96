import { isOfOneCaller, keepFromOthers } from '../answering/keep-from-others.ts';
import type { NotStoredReason } from '../answering/reasons.ts';
import { appendCacheStatus } from '../answering/send-stored.ts';
import { bump } from '../counters.ts';
import type { Exchange } from '../exchange.ts';
import { forwardStatus } from '../rules/cache-status.ts';
import { conditionsOf, isNotModified, NO_CONDITIONS } from '../rules/conditional.ts';
import { strongEntityTag } from '../rules/entity-tag.ts';
import { type Fields, fieldsOf } from '../rules/fields.ts';
import { type Header, snapshotOf } from '../rules/handler-headers.ts';
import { mergeVary } from '../rules/vary.ts';
import { createStoredResponse, type StoredResponse, validatorsOf } from '../stored/entry.ts';
import { ageAtEnd, createIntake, type FillJob, type FillTools, keep, refuse, settleHead } from './intake.ts';
import {
  addEntityTag,
  addedTo,
  completeHead,
  dropContent,
  headerOf,
  leavingHead,
  restore,
  withhold,
} from './response-head.ts';
import { type HeadDecision, type Tee, type TeeObserver, teeResponse } from './response-tee.ts';
import type { Awaited, Run } from './run.ts';
import { serveStandby, standIn } from './stand-in.ts';
import { createStandby, standsIn } from './standby.ts';

export interface Fill {
  /** Another policy answers this request from here on; this one stores nothing. */
  yield(): void;
}

/** What the tee tells, and who made it may call. Its calls are the same functions for all runs. */
interface WatchedRun extends Run, TeeObserver, Fill {
  tee: Tee | undefined;
}

/** Runs the handler and stores what it answers, if it may be stored. */
export function startFill(job: FillJob, tools: FillTools): Fill {
  const { exchange, policy, place } = job;
  const { request, response } = exchange;
  const intake = createIntake(job, tools);
  const leaving = leavingHead(response, snapshotOf(exchange.earlierHeaders()));
  const conditions = conditionsOf(request.headers);
  withhold(conditions, request.headers);
  const standby = place.selected && createStandby(place.selected);
  standby?.askBy(request.headers);
  const run: WatchedRun = {
    job,
    tools,
    intake,
    leaving,
    conditions,
    standby,
    // Last: what the cache itself reads of the request is none of the handler's reading.
    watch: tools.guard.watch(exchange, policy),
    awaited: undefined,
    tee: undefined,
    mayReplace: standby !== undefined,
    // What the cache asks for itself has no client that could go.
    orphanMs: job.isRefresh ? undefined : tools.options.maxWaitMs,
    answered,
    head,
    complete,
    lost,
    abandoned,
    yield: yieldToOther,
  };
  run.tee = teeResponse(response, tools.options.maxBodyBytes, run);
  if (run.watch) exchange.onSend(run.watch.answered);
  return run;
}

function answered(this: WatchedRun): void {
  this.watch?.answered();
}

function head(this: WatchedRun, status: number, body: Buffer | undefined): HeadDecision {
  try {
    return decide(this, status, body);
  } catch (error) {
    const { exchange, forwarded } = this.job;
    appendCacheStatus(exchange.response, forwardStatus(forwarded, { detail: 'cache-failed' }));
    return failed(this, error, status);
  }
}

function complete(this: WatchedRun, body: Buffer): void {
  try {
    store(this, body);
  } catch (error) {
    failed(this, error, 200);
  }
}

/** The handler ends the connection in place of an answer. */
function lost(this: WatchedRun): (() => void) | undefined {
  leaveHandler(this);
  const { standby, tools } = this;
  const isWorse = standby && standsIn(standby.selected, tools.options.clock.now());
  return isWorse ? () => serveStandby(this, standby) : undefined;
}

function abandoned(this: WatchedRun, reason: 'aborted' | 'too-large'): void {
  const { job, intake, awaited } = this;
  const { response } = job.exchange;
  leaveHandler(this);
  // Nobody's client can have gone.
  refuse(intake, reason === 'aborted' && job.isRefresh ? 'broken-off' : reason, 200);
  // A head that node refused: the one that follows is an error's, and what was said of this one is not true of it.
  if (awaited && !response.headersSent) {
    response.setHeader('Cache-Control', 'no-store');
    response.removeHeader('Cache-Status');
  }
}

function yieldToOther(this: WatchedRun): void {
  this.tee?.detach();
  leaveHandler(this);
  bump(this.job.counters.bypass, 'route-policy');
  this.job.flight.land({ kind: 'each' });
}

/** What was changed for the handler's eyes is as it was before. */
function leaveHandler({ watch, conditions, job }: Run): void {
  watch?.stop();
  restore(conditions, job.exchange.request.headers);
}

/** The response is its handler's, whatever goes wrong with storing it. */
function failed(run: Run, error: unknown, status: number): HeadDecision {
  run.tools.report('commit', error);
  run.awaited = undefined;
  refuse(run.intake, 'cache-failed', status);
  return { status, keep: false };
}

function decide(run: Run, status: number, body: Buffer | undefined): HeadDecision {
  const { job, tools, leaving, conditions } = run;
  const { response } = job.exchange;
  leaveHandler(run);
  const nowMs = tools.options.clock.now();
  const instead = standIn(run, status, nowMs);
  if (instead) return { instead };
  const refused = accept(run, status, nowMs);
  for (const field of tools.options.origin.tagFields) response.removeHeader(field);
  if (refused) {
    if (isOfOneCaller(refused)) keepFromOthers(job.exchange, job.policy);
    refuse(run.intake, refused, status);
  } else if (body && run.awaited) {
    run.awaited.ownTag = addEntityTag(leaving, body);
  }
  const isUnchanged = status === 200 && conditions !== NO_CONDITIONS && isMet(run, nowMs);
  if (isUnchanged) dropContent(leaving);
  const { awaited } = run;
  const stored = awaited !== undefined && (body !== undefined || awaited.declaredBytes !== undefined);
  appendCacheStatus(response, forwardStatus(job.forwarded, { stored, detail: refused }));
  return { status: isUnchanged ? 304 : status, keep: awaited !== undefined };
}

function isMet({ conditions, leaving }: Run, nowMs: number): boolean {
  return isNotModified(
    conditions,
    validatorsOf((name) => headerOf(leaving, name)),
    nowMs,
  );
}

/** Takes the response in and completes its head, or says why not. */
function accept(run: Run, status: number, nowMs: number): NotStoredReason | undefined {
  const { job, tools, leaving } = run;
  const { clientSeconds, storage } = job.policy;
  const added = addedTo(leaving);
  const control = headerOf(leaving, 'cache-control');
  const headers = fieldsWith(added, control);
  const vary = varyOf(job.exchange, headerOf(leaving, 'vary'));
  const accepted = settleHead(run.intake, { status, headers, vary, nowMs });
  if (typeof accepted === 'string') return accepted;
  const { varyNames } = accepted.admission;
  if (!tools.guard.passes(run.watch, job.policyName, varyNames)) return 'under-keyed';
  const length = headers.get('content-length');
  const told = { lifetimeSeconds: Math.floor(accepted.reuse.lifetimeMs / 1000), clientSeconds };
  run.awaited = {
    accepted,
    status,
    headers: completeHead(leaving, added, {
      varyNames,
      told: storage.ttlMs === undefined ? undefined : told,
      ageMs: accepted.initialAgeMs,
      nowMs,
      tagFields: tools.options.origin.tagFields,
    }),
    declaredBytes: length === undefined ? undefined : Number(length),
    clientSeconds: control === undefined ? clientSeconds : undefined,
    ownTag: undefined,
  };
  return undefined;
}

/** Whoever said how the response may be cached, it is said of this response. */
function fieldsWith(added: Header[], control: string | undefined): Fields {
  const isAmong = control === undefined || added.some(([name]) => name === 'cache-control');
  return fieldsOf(isAmong ? added : [...added, ['cache-control', control]]);
}

/** What the framework chose the handler by counts as if the response had named it. */
function varyOf(exchange: Exchange, vary: string | undefined): string | undefined {
  const routedBy = exchange.routedBy();
  return routedBy.length === 0 ? vary : mergeVary(vary, routedBy.join(', '));
}

function store({ intake, awaited }: Run, body: Buffer): void {
  if (!awaited) return;
  const { accepted, declaredBytes, status } = awaited;
  if (declaredBytes !== undefined && declaredBytes !== body.length) refuse(intake, 'length', status);
  else keep(intake, accepted, toStored(awaited, body, ageAtEnd(intake, accepted)));
}

const BODILESS: ReadonlySet<number> = new Set([204, 205]);

function toStored(awaited: Awaited, body: Buffer, initialAgeMs: number): StoredResponse {
  const { status, accepted, clientSeconds } = awaited;
  const isBodiless = BODILESS.has(status);
  const headers = [...awaited.headers];
  const hasOwnTag = !isBodiless && !headers.some((name, index) => index % 2 === 0 && name === 'etag');
  if (hasOwnTag) headers.push('etag', awaited.ownTag ?? strongEntityTag(body));
  if (!isBodiless) headers.push('content-length', String(body.length));
  return createStoredResponse({
    status,
    headers,
    body,
    hasOwnTag,
    clientSeconds,
    initialAgeMs,
    reuse: accepted.reuse,
  });
}
