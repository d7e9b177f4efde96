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
import { type ReuseTerms, usefulness } from '../rules/reuse.ts';
import { storability } from '../rules/storable.ts';
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

/** A response's head as it leaves. */
export interface LeavingHead {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly vary: string | undefined;
  readonly nowMs: number;
}

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
  /** What is settled with the head, or why the response is not to be stored. */
  accept(head: LeavingHead): Accepted | NotStoredReason;
  refuse(reason: NotStoredReason, status: number): void;
  /** Stores in the background, and shares it with those who wait. */
  keep(accepted: Accepted, build: (initialAgeMs: number) => StoredResponse, onKept?: () => void): void;
}

/** How long a URL of the application is taken to be storable since it last was, in milliseconds. */
export const STORABLE_FOR_MS = 3_600_000;

export function createIntake(
  job: FillJob,
  { options, urls, refusals, background, front, budgets, quarantine }: FillTools,
): Intake {
  const { policy, counters, place, flight } = job;
  const { request } = job.exchange;
  const { clock, maxBodyBytes } = options;
  const requestedAtMs = clock.now();
  // Read now: a request whose body was read to its end may have lost its socket, and with it its scheme.
  const authority = authorityOf(options, request);

  function refuse(reason: NotStoredReason, status: number): void {
    bump(counters.notStored, reason);
    refusals.remember(place.base, { reason, status, atMs: clock.now() });
    if (isLasting(reason, status)) urls.remember(place.base, 'uncacheable', clock.now() + options.uncacheableForMs);
    flight.land({ kind: landingAfter(reason, status) });
  }

  async function commit(
    { admission, reuse, tags }: Accepted,
    response: StoredResponse,
    onKept?: () => void,
  ): Promise<void> {
    const storedAtMs = clock.now();
    const life = usefulness(reuse, response.initialAgeMs, policy.storage.keptForValidationMs);
    let outcome: CommitOutcome;
    try {
      outcome = await admission.commit(response, { ...life, nowMs: storedAtMs, tags });
    } catch (error) {
      refuse('cache-failed', 200);
      throw error;
    }
    if (outcome === 'kept') {
      counters.stored += 1;
      budgets.spend(policy, job.policyName, place.key);
      refusals.forget(place.base);
      onKept?.();
      front.learn(job.exchange, policy, { base: place.base, counters, policyName: job.policyName });
      const { varyNames, varyValues } = admission;
      const selected: Selected = { response, storedAtMs, tier: 'memory' };
      flight.land({ kind: 'shared', value: { selected, varyNames, varyValues } });
    } else {
      refuse(outcome, 200);
    }
  }

  return {
    refuse,
    accept(head) {
      if (quarantine.has(job.policyName)) return 'quarantined';
      // Session middleware may stand behind the cache, where the request's own check could not see what it loads.
      const owned = policy.audience === 'everyone' ? undefined : ownedBy(request);
      if (owned) return owned;
      const hasAuthorization = policy.authorization === 'rfc9111' && request.headers.authorization !== undefined;
      const verdict = storability(
        { ...head, requestedAtMs },
        { hasAuthorization, directives: job.directives },
        { ...policy.storage, maxBodyBytes, refusedVary: options.variants.refused },
      );
      if (!verdict.storable) return verdict.reason;
      const { reuse, initialAgeMs, varyNames } = verdict;
      const admission = place.slot?.admit(varyNames, request.headers, head.nowMs);
      if (!admission) return 'variants';
      const tags = [
        ...fieldTags(head.headers, options.origin.tagFields),
        ...groupTags(head.headers.get('cache-groups'), authority),
      ];
      return { admission, tags, reuse, initialAgeMs, headAtMs: head.nowMs };
    },
    keep(accepted, build, onKept) {
      // A body that took its time to stream has aged meanwhile.
      const response = build(accepted.initialAgeMs + Math.max(0, clock.now() - accepted.headAtMs));
      const { freshMs, staleMs } = usefulness(
        accepted.reuse,
        response.initialAgeMs,
        policy.storage.keptForValidationMs,
      );
      if (freshMs + staleMs <= 0) {
        refuse('no-freshness', response.status);
      } else {
        // From here on whoever asks may wait: the response is whole, and only on its way into the cache.
        urls.remember(place.base, 'storable', clock.now() + STORABLE_FOR_MS);
        background.run('commit', async () => {
          await othersAreAnswered();
          await commit(accepted, response, onKept);
        });
      }
    },
  };
}

/** What else this turn of the event loop has to answer goes first: nobody waits for a response to be stored who has not asked for it. */
function othersAreAnswered(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
