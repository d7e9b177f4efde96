import type { BackgroundWork } from '@breakwater/core';
import type { UrlLesson } from '../answering/decisions.ts';
import type { Flight } from '../answering/flights.ts';
import type { Front } from '../answering/front.ts';
import type { KeyBudgets } from '../answering/key-budgets.ts';
import { authorityOf } from '../answering/keys.ts';
import { isLasting, landingAfter, type NotStoredReason } from '../answering/reasons.ts';
import type { Refusals } from '../answering/refusals.ts';
import type { UrlMemory } from '../answering/url-memory.ts';
import { bump, type PolicyCounters } from '../counters.ts';
import type { Exchange } from '../exchange.ts';
import type { Guard } from '../guard/guard.ts';
import type { ResolvedOptions } from '../options/options.ts';
import type { Policy } from '../options/route-policy.ts';
import type { RequestControl } from '../rules/cache-control.ts';
import type { ForwardReason } from '../rules/cache-status.ts';
import { ownedBy } from '../rules/request-rules.ts';
import { fieldTags, groupTags } from '../rules/response-tags.ts';
import { type ReuseTerms, type Usefulness, usefulness } from '../rules/reuse.ts';
import { type ResponseHead, storability } from '../rules/storable.ts';
import type { Quarantine } from '../sentinel/quarantine.ts';
import type { StoredResponse } from '../stored/entry.ts';
import type { Admission, CommitOutcome, Place, Selected } from '../stored/place.ts';

/** A response that those who waited for it are sent, if they chose alike by the headers it varies on. */
export interface Shared {
  readonly selected: Selected;
  readonly varyNames: readonly string[];
  readonly varyValues: string;
}

/** What a fill needs of the engine. */
export interface FillTools {
  readonly guard: Guard;
  readonly quarantine: Quarantine;
  readonly budgets: KeyBudgets;
  readonly front: Front;
  readonly options: ResolvedOptions;
  readonly urls: UrlMemory<UrlLesson>;
  readonly refusals: Refusals;
  readonly background: BackgroundWork;
  report(during: 'lookup' | 'commit', error: unknown): void;
}

export interface FillJob {
  readonly exchange: Exchange;
  readonly policy: Policy;
  readonly policyName: string;
  readonly counters: PolicyCounters;
  readonly directives: RequestControl;
  readonly place: Place;
  readonly flight: Flight<Shared>;
  readonly forwarded: ForwardReason;
  /** The request is the cache's own. */
  readonly isRefresh: boolean;
}

/** What is to be known of a response's head when it leaves. */
export type HeadFacts = Omit<ResponseHead, 'requestedAtMs'>;

/** What was settled when the head left; the body may still be on its way. */
export interface Accepted {
  readonly admission: Admission;
  /** That the response named itself. */
  readonly tags: readonly string[];
  readonly reuse: ReuseTerms;
  readonly initialAgeMs: number;
  readonly headAtMs: number;
}

/** The way of one response into the cache. */
export interface Intake {
  readonly job: FillJob;
  readonly tools: FillTools;
  readonly requestedAtMs: number;
  readonly authority: string;
}

/** How long a URL of the application is taken to be storable since it last was, in milliseconds. */
export const STORABLE_FOR_MS = 3_600_000;

export function createIntake(job: FillJob, tools: FillTools): Intake {
  const { options } = tools;
  // The authority is read now: a request whose body was read to its end may have lost its socket, and with it its scheme.
  const authority = authorityOf(options, job.exchange.request);
  return { job, tools, requestedAtMs: options.clock.now(), authority };
}

/** What is settled with the head, or why the response is not to be stored. */
export function settleHead(
  { job, tools, requestedAtMs, authority }: Intake,
  head: HeadFacts,
): Accepted | NotStoredReason {
  const { options } = tools;
  const { policy, place, directives } = job;
  const { request } = job.exchange;
  if (tools.quarantine.has(job.policyName)) return 'quarantined';
  // Session middleware may stand behind the cache, where the request's own check could not see what it loads.
  const owned = policy.audience === 'everyone' ? undefined : ownedBy(request);
  if (owned) return owned;
  const hasAuthorization = policy.authorization === 'rfc9111' && request.headers.authorization !== undefined;
  const { status, headers, vary, nowMs } = head;
  const verdict = storability(
    { status, headers, vary, requestedAtMs, nowMs },
    { hasAuthorization, directives },
    policy.storage,
    { maxBodyBytes: options.maxBodyBytes, refusedVary: options.variants.refused },
  );
  if (!verdict.storable) return verdict.reason;
  const { reuse, initialAgeMs, varyNames } = verdict;
  const admission = place.slot?.admit(varyNames, request.headers, nowMs);
  if (!admission) return 'variants';
  const named = fieldTags(headers, options.origin.tagFields);
  const grouped = groupTags(headers.get('cache-groups'), authority);
  const tags = grouped.length === 0 ? named : [...named, ...grouped];
  return { admission, tags, reuse, initialAgeMs, headAtMs: nowMs };
}

export function refuse({ job, tools }: Intake, reason: NotStoredReason, status: number): void {
  const { options, refusals, urls } = tools;
  const { base } = job.place;
  const nowMs = options.clock.now();
  bump(job.counters.notStored, reason);
  refusals.remember(base, { reason, status, atMs: nowMs });
  if (isLasting(reason, status)) urls.remember(base, 'uncacheable', nowMs + options.uncacheableForMs);
  job.flight.land({ kind: landingAfter(reason, status) });
}

/** Of a response that is complete by now: a body that took its time to stream has aged meanwhile. */
export function ageAtEnd({ tools }: Intake, { initialAgeMs, headAtMs }: Accepted): number {
  return initialAgeMs + Math.max(0, tools.options.clock.now() - headAtMs);
}

/** Stores in the background, and shares it with those who wait. */
export function keep(intake: Intake, accepted: Accepted, response: StoredResponse, onKept?: () => void): void {
  const { job, tools } = intake;
  const { policy, place } = job;
  const life = usefulness(accepted.reuse, response.initialAgeMs, policy.storage.keptForValidationMs);
  if (life.freshMs + life.staleMs <= 0) {
    refuse(intake, 'no-freshness', response.status);
    return;
  }
  // From here on whoever asks may wait: the response is whole, and only on its way into the cache.
  if (policy.kind === 'route') tools.urls.forget(place.base);
  else tools.urls.remember(place.base, 'storable', tools.options.clock.now() + STORABLE_FOR_MS);
  tools.background.run('commit', () => commit(intake, accepted, response, life, onKept));
}

async function commit(
  intake: Intake,
  { admission, tags }: Accepted,
  response: StoredResponse,
  { freshMs, staleMs }: Usefulness,
  onKept?: () => void,
): Promise<void> {
  await othersAreAnswered();
  const { job, tools } = intake;
  const { policy, policyName, place, counters } = job;
  const storedAtMs = tools.options.clock.now();
  let outcome: CommitOutcome;
  try {
    outcome = await admission.commit(response, { freshMs, staleMs, nowMs: storedAtMs, tags });
  } catch (error) {
    refuse(intake, 'cache-failed', 200);
    throw error;
  }
  if (outcome !== 'kept') {
    refuse(intake, outcome, 200);
    return;
  }
  counters.stored += 1;
  tools.budgets.spend(policy, policyName, place.key);
  tools.refusals.forget(place.base);
  onKept?.();
  tools.front.learn(job.exchange, policy, { base: place.base, counters, policyName });
  const { varyNames, varyValues } = admission;
  const selected: Selected = { response, storedAtMs, tier: 'memory' };
  job.flight.land({ kind: 'shared', value: { selected, varyNames, varyValues } });
}

let turn: Promise<void> | undefined;

/** What else this turn of the event loop has to answer goes first: nobody waits for a response to be stored who has not asked for it. */
function othersAreAnswered(): Promise<void> {
  turn ??= new Promise((resolve) => {
    setImmediate(() => {
      turn = undefined;
      resolve();
    });
  });
  return turn;
}
