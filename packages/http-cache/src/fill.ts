import type { BackgroundWork } from '@breakwater/core';
import { bump, type PolicyCounters } from './counters.ts';
import { createStoredResponse, type StoredResponse, validatorsOf } from './entry.ts';
import type { Exchange } from './exchange.ts';
import type { Flight } from './flights.ts';
import type { Policy, ResolvedOptions } from './options.ts';
import { isLasting, type NotStoredReason } from './reasons.ts';
import { createHeadWriter, withholdConditions } from './response-head.ts';
import type { Admission, Place, Selected } from './response-store.ts';
import { type HeadDecision, teeResponse } from './response-tee.ts';
import { type ForwardReason, forwardStatus } from './rules/cache-status.ts';
import { conditionsOf, isNotModified } from './rules/conditional.ts';
import { strongEntityTag } from './rules/entity-tag.ts';
import type { Header } from './rules/handler-headers.ts';
import { holdsSession } from './rules/request-rules.ts';
import { storability } from './rules/storable.ts';
import { appendCacheStatus, isTransformed } from './send-stored.ts';
import type { UrlMemory } from './url-memory.ts';

/** A response that those who waited for it are sent, if they chose alike by the headers it varies on. */
export interface Shared {
  readonly selected: Selected;
  readonly varyNames: readonly string[];
  readonly varyValues: string;
}

/** What one response of a URL teaches about the next: that it will be stored, or why it will not. */
export type UrlLesson = 'storable' | 'uncacheable';

/** What a fill needs of the engine. */
export interface FillTools {
  readonly options: ResolvedOptions;
  readonly urls: UrlMemory<UrlLesson>;
  readonly background: BackgroundWork;
}

export interface FillJob {
  readonly exchange: Exchange;
  readonly policy: Policy;
  readonly counters: PolicyCounters;
  readonly place: Place;
  readonly flight: Flight<Shared>;
  readonly forwarded: ForwardReason;
}

export interface Fill {
  /** Another policy answers this request from here on; this one stores nothing. */
  yield(): void;
}

/** How long a URL of the application is taken to be storable since it last was, in milliseconds. */
const STORABLE_FOR_MS = 3_600_000;

/** What was settled when the head left and is stored when the body is complete. */
interface Accepted {
  readonly admission: Admission;
  readonly headers: readonly Header[];
  readonly declaredBytes: number | undefined;
  readonly ttlMs: number;
  readonly initialAgeMs: number;
  readonly headAtMs: number;
}

/** Runs the handler and stores what it answers, if it may be stored. */
export function startFill(job: FillJob, { options, urls, background }: FillTools): Fill {
  const { exchange, policy, counters, place, flight } = job;
  const { request, response } = exchange;
  const { clock, maxBodyBytes } = options;
  const writer = createHeadWriter(response, exchange.earlierHeaders(), isTransformed(response));
  const conditions = conditionsOf(request.headers);
  const restoreConditions = withholdConditions(request.headers);
  let accepted: Accepted | undefined;

  function refuse(reason: NotStoredReason, status: number): void {
    bump(counters.notStored, reason);
    if (isLasting(reason, status)) urls.remember(place.base, 'uncacheable', clock.now() + options.uncacheableForMs);
    flight.land({ kind: reason === 'aborted' || reason === 'invalidated' ? 'again' : 'each' });
  }

  function head(status: number, body: Buffer | undefined): HeadDecision {
    restoreConditions();
    const reason = accept(status);
    if (reason) refuse(reason, status);
    else if (body) writer.addEntityTag(body);
    const isUnchanged = status === 200 && isNotModified(conditions, validatorsOf(writer.header));
    if (isUnchanged) writer.dropContent();
    const stored = accepted !== undefined && (body !== undefined || accepted.declaredBytes !== undefined);
    appendCacheStatus(response, forwardStatus(job.forwarded, { stored, detail: reason }));
    return { status: isUnchanged ? 304 : status, keep: accepted !== undefined };
  }

  /** Takes the response in and completes its head, or says why not. */
  function accept(status: number): NotStoredReason | undefined {
    // Session middleware may stand behind the cache, where the request's own check could not see what it loads.
    if (policy.audience !== 'everyone' && holdsSession(request)) return 'session';
    const headers = new Map(writer.added());
    const control = writer.header('cache-control');
    // Whoever said how the response may be cached, it is said of this response.
    if (control !== undefined) headers.set('cache-control', control);
    const verdict = storability(
      { status, headers, vary: writer.header('vary') },
      { ttlMs: policy.ttlMs, vary: policy.vary, maxBodyBytes },
    );
    if (!verdict.storable) return verdict.reason;
    const { ttlMs, initialAgeMs, varyNames } = verdict;
    const headAtMs = clock.now();
    const admission = place.slot?.admit(varyNames, request.headers, headAtMs);
    if (!admission) return 'variants';
    const length = headers.get('content-length');
    accepted = {
      admission,
      headers: writer.complete({ varyNames, lifetimeMs: ttlMs + initialAgeMs, nowMs: headAtMs }),
      declaredBytes: length === undefined ? undefined : Number(length),
      ttlMs,
      initialAgeMs,
      headAtMs,
    };
    return undefined;
  }

  function complete(body: Buffer): void {
    const taken = accepted;
    if (!taken) return;
    // A body that took its time to stream has aged meanwhile.
    const streamedMs = Math.max(0, clock.now() - taken.headAtMs);
    const ttlMs = taken.ttlMs - streamedMs;
    if (taken.declaredBytes !== undefined && taken.declaredBytes !== body.length) refuse('length', 200);
    else if (ttlMs <= 0) refuse('no-freshness', 200);
    else {
      const stored = toStored(taken.headers, body, taken.initialAgeMs + streamedMs);
      background.run('commit', () => commit(taken.admission, stored, ttlMs));
    }
  }

  async function commit(admission: Admission, stored: StoredResponse, ttlMs: number): Promise<void> {
    const storedAtMs = clock.now();
    let isKept = false;
    try {
      isKept = await admission.commit(stored, ttlMs, storedAtMs);
    } catch (error) {
      refuse('cache-failed', 200);
      throw error;
    }
    if (isKept) {
      counters.stored += 1;
      urls.remember(place.base, 'storable', storedAtMs + STORABLE_FOR_MS);
      const { varyNames, varyValues } = admission;
      const selected: Selected = { response: stored, storedAtMs, expiresAtMs: storedAtMs + ttlMs, tier: 'memory' };
      flight.land({ kind: 'shared', value: { selected, varyNames, varyValues } });
    } else {
      refuse('invalidated', 200);
    }
  }

  const tee = teeResponse(response, maxBodyBytes, {
    head,
    complete,
    abandoned(reason) {
      restoreConditions();
      refuse(reason, 200);
      // A head that node refused: the one that follows is an error's, and what was said of this one is not true of it.
      if (accepted && !response.headersSent) {
        response.setHeader('Cache-Control', 'no-store');
        response.removeHeader('Cache-Status');
      }
    },
  });

  return {
    yield() {
      tee.detach();
      restoreConditions();
      bump(counters.bypass, 'route-policy');
      flight.land({ kind: 'each' });
    },
  };
}

function toStored(headers: readonly Header[], body: Buffer, initialAgeMs: number): StoredResponse {
  const hasOwnTag = !headers.some(([name]) => name === 'etag');
  const flat = headers.flat();
  if (hasOwnTag) flat.push('etag', strongEntityTag(body));
  flat.push('content-length', String(body.length));
  return createStoredResponse({ status: 200, headers: flat, body, hasOwnTag, initialAgeMs });
}
