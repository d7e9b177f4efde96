import type { IncomingMessage } from 'node:http';
import type { BackgroundWork, Emitter } from '@breakwater/core';
import type { Foresee } from '../answering/foresight.ts';
import { hideParameters } from '../answering/hide-parameters.ts';
import { parametersOf, routeTag } from '../answering/keys.ts';
import type { SeenRoute } from '../answering/seen-routes.ts';
import { createUrlMemory } from '../answering/url-memory.ts';
import type { PolicyCounters } from '../counters.ts';
import type { HttpCacheEvents } from '../events.ts';
import type { Exchange } from '../exchange.ts';
import { isRefresh } from '../filling/refresh.ts';
import { teeResponse } from '../filling/response-tee.ts';
import type { ResolvedOptions } from '../options/options.ts';
import { type LeakVerdict, leakVerdict, type Testimonies } from '../rules/leak-verdict.ts';
import { variantName } from '../rules/variants.ts';
import { varyValues } from '../rules/vary.ts';
import type { Selected } from '../stored/place.ts';
import type { ResponseStore } from '../stored/response-store.ts';
import { accountOf, createAlarm, withoutValues } from './alarm.ts';
import type { Quarantine } from './quarantine.ts';
import { type Evidence, runShadow, type Shadow, shadowOf } from './shadow.ts';
import { createStrangers, type Stranger } from './strangers.ts';

/** A request that a stored response was served to. */
export interface Hit {
  readonly raw: IncomingMessage;
  /** From the root of the server, as it was asked for. */
  readonly url: string;
  readonly policyName: string;
  readonly counters: PolicyCounters;
  readonly base: string;
  readonly selected: Selected;
  readonly nowMs: number;
}

/** Has strangers ask for what was served, and compares. */
export interface Sentinel {
  /** Called with each hit; looks at some of them in the background. */
  watch(hit: Hit): void;
  /** @returns whether the request is a shadow, which is taken on from here. */
  receives(exchange: Exchange, route: SeenRoute): boolean;
}

export interface SentinelTools {
  readonly options: ResolvedOptions;
  readonly store: ResponseStore;
  readonly background: BackgroundWork;
  readonly quarantine: Quarantine;
  readonly events: Emitter<HttpCacheEvents>;
  readonly foresee: Foresee;
}

/** Stored responses and strangers whose answers are remembered. */
const MOST_KNOWN = 1000;
/** URLs that are looked at as soon as they are stored anew, whatever the share of hits. */
const MOST_SUSPECTS = 100;

export function createSentinel(tools: SentinelTools): Sentinel {
  const { options, store, background, quarantine, foresee } = tools;
  const { clock, maxBodyBytes, cache } = options;
  const { mode, sample, intervalMs, timeoutMs, ignore = (body: Buffer) => body } = options.sentinel;
  const strangers = createStrangers(options.sentinel);
  const raiseAlarm = createAlarm(tools.events);
  const known = createUrlMemory<Testimonies>(MOST_KNOWN);
  /** When the response was stored that was looked at last. */
  const looked = createUrlMemory<number>(MOST_KNOWN);
  const suspects = new Set<string>();
  let isLooking = false;
  let nextAtMs = Number.NEGATIVE_INFINITY;

  async function look(hit: Hit): Promise<void> {
    const { raw, base, policyName } = hit;
    const varyNames = (await store.inspect(base, raw.headers)).record?.names ?? [];
    const verdicts = new Set<LeakVerdict | undefined>();
    for (const stranger of strangers.of(raw)) {
      const headers = strangers.headersOf(stranger, raw, varyNames);
      const evidence = await runShadow({ like: raw, url: hit.url, headers, policyName, timeoutMs });
      if (!evidence) hit.counters.shadowsFailed += 1;
      verdicts.add(evidence && judge(hit, stranger, evidence));
      if (verdicts.has('leaks')) break;
    }
    await act(hit, verdicts);
  }

  /** @returns nothing where the answer says nothing of the stored response. */
  function judge(hit: Hit, stranger: Stranger, evidence: Evidence): LeakVerdict | undefined {
    hit.counters.shadows += 1;
    const { response, storedAtMs } = evidence.stored;
    if (isAccident(evidence.status)) return undefined;
    // Nobody has the credentials that were invented: that they are refused keeps no caller from what is stored.
    if (stranger.name === 'invented' && evidence.status !== response.status) return undefined;
    const answered = accountOf(evidence.status, ignore(evidence.body));
    const stored = accountOf(response.status, ignore(response.body));
    const place = `${stranger.name} ${evidence.key}`;
    const { verdict, testimonies } = leakVerdict(
      known.recall(place, 0),
      { digest: `${answered.status} ${answered.hash}`, endedAtMs: evidence.endedAtMs },
      { digest: `${stored.status} ${stored.hash}`, madeAtMs: storedAtMs - response.initialAgeMs },
    );
    known.remember(place, testimonies, Number.POSITIVE_INFINITY);
    if (verdict === 'leaks') {
      hit.counters.leaks += 1;
      const quarantined = mode === 'quarantine';
      if (quarantined) quarantine.add(hit.policyName);
      const url = withoutValues(hit.url);
      raiseAlarm({ policy: hit.policyName, url, principal: stranger.name, stored, answered, quarantined });
    }
    return verdict;
  }

  async function act({ base, policyName }: Hit, verdicts: ReadonlySet<LeakVerdict | undefined>): Promise<void> {
    if (!verdicts.has('suspect')) suspects.delete(base);
    else if (suspects.size < MOST_SUSPECTS) suspects.add(base);
    if (mode !== 'quarantine') return;
    if (verdicts.has('leaks')) await cache.invalidate({ tag: routeTag(policyName) });
    // If it leaks, it is gone; if it is merely older than what the stranger got, it is made anew, and looked at once more.
    else if (verdicts.has('suspect')) await store.remove([base]);
  }

  async function observe(exchange: Exchange, route: SeenRoute, shadow: Shadow): Promise<void> {
    const { headers } = exchange.request;
    const { base, place, decision } = await foresee(route, exchange.request);
    if (decision?.kind !== 'serve' && decision?.kind !== 'serve-stale') {
      dismiss(exchange);
      return;
    }
    const stored = decision.selected;
    // Not the key itself: that of a variant is another one each time its URL is stored anew.
    const key = place.record ? `${base} ${variantName(varyValues(place.record.names, headers))}` : `${base}`;
    let status = 0;
    teeResponse(exchange.response, maxBodyBytes, {
      mayReplace: false,
      head(given) {
        status = given;
        return { status, keep: true };
      },
      complete: (body) => shadow.testify({ key, stored, status, body, endedAtMs: clock.now() }),
      abandoned() {},
    });
    hideParameters(exchange, parametersOf(options, route.policy));
    exchange.next();
  }

  return {
    watch(hit) {
      if (isLooking || hit.nowMs < nextAtMs || hit.raw.method !== 'GET' || isRefresh(hit.raw)) return;
      if (!suspects.has(hit.base) && Math.random() >= sample) return;
      if (looked.recall(hit.base, 0) === hit.selected.storedAtMs) return;
      looked.remember(hit.base, hit.selected.storedAtMs, Number.POSITIVE_INFINITY);
      isLooking = true;
      nextAtMs = hit.nowMs + intervalMs;
      background.run('sentinel', async () => {
        try {
          await look(hit);
        } catch (error) {
          hit.counters.shadowsFailed += 1;
          throw error;
        } finally {
          isLooking = false;
        }
      });
    },

    receives(exchange, route) {
      const shadow = shadowOf(exchange.raw);
      if (!shadow) return false;
      if (shadow.policyName === route.policyName) observe(exchange, route, shadow).catch(exchange.next);
      else exchange.next();
      return true;
    },
  };
}

/** Of a moment, or of who asks too often: nothing is known of what the answer would be. */
function isAccident(status: number): boolean {
  return status >= 500 || status === 429;
}

/** Such a caller is not served from the cache, so that it does not matter what the handler would answer him. */
function dismiss(exchange: Exchange): void {
  const { response } = exchange;
  exchange.claim();
  response.statusCode = 204;
  response.end();
}
