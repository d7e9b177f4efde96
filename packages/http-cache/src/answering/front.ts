import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { PolicyCounters } from '../counters.ts';
import type { Exchange } from '../exchange.ts';
import type { ResolvedOptions } from '../options/options.ts';
import type { Policy } from '../options/route-policy.ts';
import { NO_DIRECTIVES } from '../rules/cache-control.ts';
import { conditionsOf } from '../rules/conditional.ts';
import { personalBypass, requestBypass, requestDirectives } from '../rules/request-rules.ts';
import { reuseOf } from '../rules/reuse.ts';
import type { Quarantine } from '../sentinel/quarantine.ts';
import type { Sentinel } from '../sentinel/sentinel.ts';
import { isShadow } from '../sentinel/shadow.ts';
import { ageMsOf } from '../stored/entry.ts';
import type { Selected } from '../stored/place.ts';
import type { ResponseStore } from '../stored/response-store.ts';
import type { Departures } from './departures.ts';
import { hitMoment } from './moment.ts';
import { reduceHeaders } from './reduce-headers.ts';
import { serveStored } from './serve-stored.ts';
import { createUrlMemory } from './url-memory.ts';

/** Answers hits before the framework sees their requests. */
export interface Front {
  /** A stored response of this request's URL may be served in front of the application from now on. */
  learn(exchange: Exchange, policy: Policy, place: FrontPlace): void;
  /** @returns whether the request was answered. */
  answers(request: IncomingMessage, response: ServerResponse): boolean;
}

/** Where the responses of a URL lie, and what they are counted under. */
export interface FrontPlace {
  readonly base: string;
  readonly policyName: string;
  readonly counters: PolicyCounters;
}

interface Known extends FrontPlace {
  readonly isForAll: boolean;
}

export interface FrontTools {
  readonly options: ResolvedOptions;
  readonly store: ResponseStore;
  readonly quarantine: Quarantine;
  /** `undefined` where it is switched off. */
  readonly sentinel: Sentinel | undefined;
  readonly departures: Departures;
  report(during: 'lookup', error: unknown): void;
}

export function createFront({ options, store, quarantine, sentinel, departures, report }: FrontTools): Front {
  const { clock } = options;
  const places = createUrlMemory<Known>();
  // What the framework's request is asked, nobody can answer in front of the framework.
  const isAskable = options.personal === undefined;
  const isNamed = typeof options.authority !== 'function';

  /** What may be served as it is, by the same rules as behind the framework. */
  function select(headers: IncomingHttpHeaders, method: string, place: Known, nowMs: number): Selected | undefined {
    reduceHeaders(headers, options.variants.offers);
    const directives = requestDirectives(headers);
    if (requestBypass(method, headers, directives) || quarantine.has(place.policyName)) return undefined;
    if (!place.isForAll && personalBypass({}, headers, options.sessionCookies)) return undefined;
    const selected = peek(place, headers);
    if (!selected) return undefined;
    const ageMs = ageMsOf(selected.response, selected.storedAtMs, nowMs);
    const wishes = options.honoursClients ? directives : NO_DIRECTIVES;
    return reuseOf(selected.response.reuse, ageMs, wishes) === 'fresh' ? selected : undefined;
  }

  /** A cache that fails is a cache that has nothing. */
  function peek({ base }: Known, headers: IncomingHttpHeaders): Selected | undefined {
    try {
      return store.peek(base, headers);
    } catch (error) {
      report('lookup', error);
      return undefined;
    }
  }

  function serve(
    { headers, method = 'GET' }: IncomingMessage,
    response: ServerResponse,
    selected: Selected,
    counters: PolicyCounters,
    nowMs: number,
  ): void {
    counters.hitMemory += 1;
    const sent = serveStored({ headers, method }, response, selected.response, {
      moment: hitMoment(selected, nowMs),
      conditions: conditionsOf(headers),
      nowMs,
      send: departures.sendWithTurn,
    });
    if (sent === 'not-modified') counters.notModified += 1;
  }

  return {
    learn({ request, raw }, policy, place) {
      const isForAll = policy.audience === 'everyone';
      if (!policy.isFronted || !isNamed || (!isForAll && !isAskable)) return;
      // A request that has lost its socket tells its scheme no more.
      if (!raw.socket) return;
      places.remember(nameOf(raw, request.originalUrl), { ...place, isForAll }, Number.POSITIVE_INFINITY);
    },

    answers(request, response) {
      if (sentinel && isShadow(request)) return false;
      const nowMs = clock.now();
      const place = places.recall(nameOf(request, request.url), nowMs);
      const selected = place && select(request.headers, request.method ?? 'GET', place, nowMs);
      if (!selected) return false;
      serve(request, response, selected, place.counters, nowMs);
      sentinel?.watch({ ...place, raw: request, url: request.url ?? '', selected, nowMs });
      return true;
    },
  };
}

/** All of a request that the default authority and the URL as key are made of. */
function nameOf({ headers, socket }: IncomingMessage, url: string | undefined): string {
  const forwarded = headers['x-forwarded-host'] ?? headers['x-forwarded-proto'];
  const host =
    forwarded === undefined
      ? headers.host
      : `${headers.host} ${headers['x-forwarded-host']} ${headers['x-forwarded-proto']}`;
  // One application may be behind two servers, of which one redirects to the other.
  return (socket as Partial<TLSSocket>).encrypted ? `${host} s ${url}` : `${host} ${url}`;
}

/** Hits are answered here, all other requests by `listener`. */
export function listenInFront(front: Front, listener: RequestListener): RequestListener {
  return function httpCacheFront(request, response) {
    if (!front.answers(request, response)) listener(request, response);
  };
}
