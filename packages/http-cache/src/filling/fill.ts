import { isOfOneCaller, keepFromOthers } from '../answering/keep-from-others.ts';
import { momentOf } from '../answering/moment.ts';
import type { NotStoredReason } from '../answering/reasons.ts';
import { appendCacheStatus, isTransformed, sendStored } from '../answering/send-stored.ts';
import { serveStored } from '../answering/serve-stored.ts';
import { bump } from '../counters.ts';
import type { Exchange } from '../exchange.ts';
import { forwardStatus } from '../rules/cache-status.ts';
import { conditionsOf, isNotModified } from '../rules/conditional.ts';
import { strongEntityTag } from '../rules/entity-tag.ts';
import { type Header, snapshotOf } from '../rules/handler-headers.ts';
import { mergeVary } from '../rules/vary.ts';
import { createStoredResponse, type StoredResponse, validatorsOf } from '../stored/entry.ts';
import { type Accepted, createIntake, type FillJob, type FillTools } from './intake.ts';
import { createHeadWriter, withholdConditions } from './response-head.ts';
import { type HeadDecision, teeResponse } from './response-tee.ts';
import { createStandby, freshenedResponse, type Standby, standsIn } from './standby.ts';

export interface Fill {
  /** Another policy answers this request from here on; this one stores nothing. */
  yield(): void;
}

/** What was accepted with the head and is stored when the body is complete. */
interface Awaited {
  readonly accepted: Accepted;
  readonly status: number;
  readonly headers: readonly Header[];
  readonly declaredBytes: number | undefined;
  readonly clientSeconds: number | undefined;
}

/** Runs the handler and stores what it answers, if it may be stored. */
export function startFill(job: FillJob, tools: FillTools): Fill {
  const { exchange, policy, counters, place, flight } = job;
  const { request, response } = exchange;
  const { clock, maxBodyBytes } = tools.options;
  const { tagFields } = tools.options.origin;
  const intake = createIntake(job, tools);
  const earlier = snapshotOf(exchange.earlierHeaders());
  const writer = createHeadWriter(response, earlier, isTransformed(response));
  const conditions = conditionsOf(request.headers);
  const restoreConditions = withholdConditions(request.headers);
  const standby = place.selected && createStandby(place.selected);
  standby?.askBy(request.headers);
  // Last: what the cache itself reads of the request is none of the handler's reading.
  const watch = tools.guard.watch(exchange, policy);
  let awaited: Awaited | undefined;

  function head(status: number, body: Buffer | undefined): HeadDecision {
    watch?.stop();
    restoreConditions();
    const nowMs = clock.now();
    const instead = standIn(status, nowMs);
    if (instead) return { instead };
    const refused = accept(status, nowMs);
    for (const field of tagFields) response.removeHeader(field);
    if (refused) refuse(refused, status);
    else if (body) writer.addEntityTag(body);
    const isUnchanged = status === 200 && isNotModified(conditions, validatorsOf(writer.header), nowMs);
    if (isUnchanged) writer.dropContent();
    const stored = awaited !== undefined && (body !== undefined || awaited.declaredBytes !== undefined);
    appendCacheStatus(response, forwardStatus(job.forwarded, { stored, detail: refused }));
    return { status: isUnchanged ? 304 : status, keep: awaited !== undefined };
  }

  function refuse(reason: NotStoredReason, status: number): void {
    if (isOfOneCaller(reason)) keepFromOthers(exchange, policy);
    intake.refuse(reason, status);
  }

  /** What answers in the handler's place, if its answer is that nothing has changed, or an error worse than what is stored. */
  function standIn(status: number, nowMs: number): (() => void) | undefined {
    if (!standby) return undefined;
    if (standby.isAsked && status === 304) return () => revive(standby, nowMs);
    return standby.servesInPlaceOf(status, nowMs)
      ? () => serveStandby(standby, { forwardedStatus: status })
      : undefined;
  }

  /** Takes the response in and completes its head, or says why not. */
  function accept(status: number, nowMs: number) {
    const headers = new Map(writer.added());
    const control = writer.header('cache-control');
    // Whoever said how the response may be cached, it is said of this response.
    if (control !== undefined) headers.set('cache-control', control);
    const accepted = intake.accept({ status, headers, vary: varyOf(exchange, writer.header('vary')), nowMs });
    if (typeof accepted === 'string') return accepted;
    if (!tools.guard.passes(watch, job.policyName, accepted.admission.varyNames)) return 'under-keyed';
    const length = headers.get('content-length');
    const { clientSeconds } = policy;
    const told = { lifetimeSeconds: Math.floor(accepted.reuse.lifetimeMs / 1000), clientSeconds };
    awaited = {
      accepted,
      status,
      headers: writer
        .complete({
          varyNames: accepted.admission.varyNames,
          told: policy.storage.ttlMs === undefined ? undefined : told,
          ageMs: accepted.initialAgeMs,
          nowMs,
        })
        .filter(([name]) => !tagFields.includes(name)),
      declaredBytes: length === undefined ? undefined : Number(length),
      clientSeconds: control === undefined ? clientSeconds : undefined,
    };
    return undefined;
  }

  /** RFC 9111 §4.3.3: nothing has changed but what the 304 says, and its lifetime begins anew. */
  function revive({ selected, freshened, isOther }: Standby, nowMs: number): void {
    const update = writer.addedEndToEnd();
    if (isOther(update)) {
      serveUnrelated(selected);
      return;
    }
    // Of one that does not say when it was made, that is now.
    if (!update.some(([name]) => name === 'date')) update.push(['date', new Date(nowMs).toUTCString()]);
    const headers = freshened(update);
    const fields = new Map(headers);
    const { status } = selected.response;
    const accepted = intake.accept({ status, headers: fields, vary: fields.get('vary'), nowMs });
    const isKept = typeof accepted !== 'string';
    const terms = isKept ? accepted : { initialAgeMs: 0, reuse: selected.response.reuse };
    const fresh = freshenedResponse(selected.response, headers, terms);
    serveInstead(fresh, forwardStatus('stale', { forwardedStatus: 304, stored: isKept }), nowMs);
    if (isKept) {
      intake.keep(
        accepted,
        (initialAgeMs) => ({ ...fresh, initialAgeMs }),
        () => {
          counters.revalidated += 1;
        },
      );
    } else {
      intake.refuse(accepted, status);
    }
  }

  /** RFC 9111 §4.3.4: what has another strong validator must not update what is stored. */
  function serveUnrelated({ response: stored, storedAtMs }: Standby['selected']): void {
    intake.refuse('unrelated', stored.status);
    serveInstead(stored, forwardStatus('stale', { forwardedStatus: 304, detail: 'unrelated' }), storedAtMs);
  }

  /** RFC 5861 §4. */
  function serveStandby({ selected }: Standby, answered?: { readonly forwardedStatus: number }): void {
    // To the cache's own request it is sent for nobody.
    if (!job.isRefresh) counters.staleIfError += 1;
    flight.land({ kind: 'failed' });
    bump(counters.notStored, 'status');
    const { response: stored, storedAtMs } = selected;
    serveInstead(stored, forwardStatus('stale', { ...answered, detail: 'stale-if-error' }), storedAtMs);
  }

  /** What the handler set goes; what was there before stays, as for any hit. */
  function serveInstead(stored: StoredResponse, cacheStatus: string, storedAtMs: number): void {
    for (const [name] of writer.added()) response.removeHeader(name);
    const nowMs = clock.now();
    const moment = momentOf({ response: stored, storedAtMs }, cacheStatus, nowMs);
    serveStored(request, response, stored, { moment, conditions, nowMs, send: sendStored });
  }

  /** The handler ends the connection in place of an answer. */
  function lost(): (() => void) | undefined {
    watch?.stop();
    restoreConditions();
    return standby && standsIn(standby.selected, clock.now()) ? () => serveStandby(standby) : undefined;
  }

  function complete(body: Buffer): void {
    if (!awaited) return;
    const { accepted, declaredBytes, status } = awaited;
    if (declaredBytes !== undefined && declaredBytes !== body.length) intake.refuse('length', status);
    else intake.keep(accepted, (initialAgeMs) => toStored(awaited as Awaited, body, initialAgeMs));
  }

  /** The response is its handler's, whatever goes wrong with storing it. */
  function failed(error: unknown, status: number): HeadDecision {
    tools.report('commit', error);
    awaited = undefined;
    intake.refuse('cache-failed', status);
    return { status, keep: false };
  }

  const tee = teeResponse(response, maxBodyBytes, {
    mayReplace: standby !== undefined,
    // What the cache asks for itself has no client that could go.
    orphanMs: job.isRefresh ? undefined : tools.options.maxWaitMs,
    head(status, body) {
      try {
        return head(status, body);
      } catch (error) {
        appendCacheStatus(response, forwardStatus(job.forwarded, { detail: 'cache-failed' }));
        return failed(error, status);
      }
    },
    complete(body) {
      try {
        complete(body);
      } catch (error) {
        failed(error, 200);
      }
    },
    lost,
    abandoned(reason) {
      watch?.stop();
      restoreConditions();
      // Nobody's client can have gone.
      intake.refuse(reason === 'aborted' && job.isRefresh ? 'broken-off' : reason, 200);
      // A head that node refused: the one that follows is an error's, and what was said of this one is not true of it.
      if (awaited && !response.headersSent) {
        response.setHeader('Cache-Control', 'no-store');
        response.removeHeader('Cache-Status');
      }
    },
  });

  return {
    yield() {
      tee.detach();
      watch?.stop();
      restoreConditions();
      bump(counters.bypass, 'route-policy');
      flight.land({ kind: 'each' });
    },
  };
}

const BODILESS: ReadonlySet<number> = new Set([204, 205]);

function toStored(
  { status, headers, accepted: { reuse }, clientSeconds }: Awaited,
  body: Buffer,
  initialAgeMs: number,
): StoredResponse {
  const isBodiless = BODILESS.has(status);
  const hasOwnTag = !isBodiless && !headers.some(([name]) => name === 'etag');
  const flat = headers.flat();
  if (hasOwnTag) flat.push('etag', strongEntityTag(body));
  if (!isBodiless) flat.push('content-length', String(body.length));
  return createStoredResponse({ status, headers: flat, body, hasOwnTag, clientSeconds, initialAgeMs, reuse });
}

/** What the framework chose the handler by counts as if the response had named it. */
function varyOf(exchange: Exchange, vary: string | undefined): string | undefined {
  const routedBy = exchange.routedBy();
  return routedBy.length === 0 ? vary : mergeVary(vary, routedBy.join(', '));
}
