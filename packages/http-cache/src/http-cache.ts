import type { IncomingMessage, RequestListener } from 'node:http';
import { createBackgroundWork, createEmitter, type Subscribable } from '@breakwater/core';
import { type Answering, type Carried, createAnswering } from './answering/answer.ts';
import { createDecisions, type UrlLesson } from './answering/decisions.ts';
import { createDepartures } from './answering/departures.ts';
import { createFlights } from './answering/flights.ts';
import { createForesight } from './answering/foresight.ts';
import { createFront, listenInFront } from './answering/front.ts';
import { createKeyBudgets } from './answering/key-budgets.ts';
import { baseKey } from './answering/keys.ts';
import { reduceHeaders } from './answering/reduce-headers.ts';
import { createRefusals } from './answering/refusals.ts';
import { createSeenRoutes, type RouteOutlook, type SeenRoute, UNKNOWN } from './answering/seen-routes.ts';
import { createUrlMemory } from './answering/url-memory.ts';
import { bump, createCounters } from './counters.ts';
import { NotMountedError } from './errors.ts';
import type { HttpCacheEvents } from './events.ts';
import type { CacheableRequest, Exchange } from './exchange.ts';
import { createExplain } from './explaining/explain.ts';
import type { ExplainedRequest, Explanation } from './explaining/explanation.ts';
import type { Shared } from './filling/intake.ts';
import { createRefreshes } from './filling/refresh.ts';
import { createGuard } from './guard/guard.ts';
import { type HttpCacheOptions, resolveOptions } from './options/options.ts';
import { originPolicy, type Policy } from './options/route-policy.ts';
import { createEnding } from './removing/ending.ts';
import { createHitRates } from './removing/hit-rates.ts';
import { createListing, type ListOptions, type ListPage } from './removing/listing.ts';
import { createPurging, type Purge } from './removing/purge.ts';
import { answerPurge } from './removing/purge-request.ts';
import { watchUnsafe } from './removing/unsafe.ts';
import { forwardStatus } from './rules/cache-status.ts';
import type { ParameterRule } from './rules/parameters.ts';
import { isSafe } from './rules/request-rules.ts';
import { createQuarantine } from './sentinel/quarantine.ts';
import { createSentinel } from './sentinel/sentinel.ts';
import type { HttpCacheStats } from './stats.ts';
import { entryCodec } from './stored/entry-codec.ts';
import { createResponseStore } from './stored/response-store.ts';

/** A cache of responses, whichever framework's door it is behind. */
export interface HttpCache extends Subscribable<HttpCacheEvents> {
  stats(): HttpCacheStats;
  /**
   * Removes stored responses, or ends their freshness, here and in every other instance; or says what that would cost.
   *
   * @throws OptionError `ERR_HTTP_CACHE_OPTION`, or `ERR_CACHE_OPTION` for what the cache does not take.
   */
  readonly purge: Purge;
  /**
   * The stored responses, a page at a time. Redis is walked: not for a request's path.
   *
   * @throws OptionError `ERR_HTTP_CACHE_OPTION`, `ERR_CACHE_OPTION`.
   */
  list(options?: ListOptions): Promise<ListPage>;
  /**
   * What would be done with a request now, and why: its policy and key, what is stored for it and where, and why the last
   * response was not. It runs nothing, and changes no counter.
   *
   * @throws OptionError `ERR_HTTP_CACHE_OPTION`, and what your own callbacks throw.
   */
  explain(request: ExplainedRequest): Promise<Explanation>;
  /**
   * Ends the quarantine that the sentinel put a policy into, in this process: what it made since is stored and served again.
   *
   * @returns whether it was in quarantine.
   */
  release(policy: string): boolean;
  /** Waits for responses that are being stored. The cache stays its owner's. */
  close(): Promise<void>;
  /**
   * Puts the hits of policies with `front: 'hits'` before the application: `http.createServer(httpCache.front(app))`. A
   * response that memory holds fresh is sent without the framework; everything else is `listener`'s.
   */
  front(listener: RequestListener): RequestListener;
  /** A door's call: the whole application's requests, by what their responses say of themselves. */
  enter(exchange: Exchange): void;
  /** A door's call: one route's requests, by the route's policy. */
  enterRoute(exchange: Exchange, policy: Policy, policyName: string): void;
}

const CONTEXT = Symbol('breakwater.http-cache');

/** What one request carries from the application's door to a route's. */
interface RequestContext extends Carried {
  readonly httpCache: HttpCache;
  outlook: RouteOutlook;
}

type Carrier = IncomingMessage & { [CONTEXT]?: RequestContext };

/** @throws OptionError `ERR_HTTP_CACHE_OPTION` */
export function createHttpCache<Request = unknown>(options: HttpCacheOptions<Request>): HttpCache {
  const resolved = resolveOptions(options);
  const events = createEmitter<HttpCacheEvents>();
  const report = (during: HttpCacheEvents['cache:failed']['during'], error: unknown) =>
    events.emit('cache:failed', { during, error });
  const background = createBackgroundWork((reason, error) =>
    report(reason === 'commit' || reason === 'sentinel' ? reason : 'invalidate', error),
  );
  const space = resolved.cache.space('http', { codec: entryCodec, finds: 'stale' });
  const store = createResponseStore(space, resolved.maxVariants);
  const counters = createCounters(events);
  const routes = createSeenRoutes();
  const rules = new Set<ParameterRule>([resolved.parameters]);
  const making = { authority: resolved.authority, rules };
  const rates = createHitRates(counters.snapshot, () => resolved.clock.now());
  const purging = createPurging({ making, ending: createEnding(resolved.cache, space), rates, events });
  const own: SeenRoute = { policy: originPolicy(resolved.origin), policyName: 'origin' };
  const policyAt = (request: CacheableRequest): SeenRoute =>
    resolved.placed.find(({ matches }) => matches(request)) ?? own;
  const refreshes = createRefreshes(resolved.maxWaitMs);
  const urls = createUrlMemory<UrlLesson>();
  const quarantine = createQuarantine();
  const decided = {
    options: resolved,
    store,
    budgets: createKeyBudgets(resolved, events),
    decisions: createDecisions({ options: resolved, urls, quarantine }),
    flights: createFlights<Shared>(resolved.maxWaitMs),
    refusals: createRefusals(),
    baseKey: (policy: Policy, policyName: string, request: CacheableRequest) =>
      baseKey(resolved, policy, policyName, request),
  };
  const foresee = createForesight(decided);
  const departures = createDepartures((error) => report('lookup', error));
  const watching = { options: resolved, store, background, quarantine, departures };
  const sentinel = resolved.sentinel.mode === 'off' ? undefined : createSentinel({ ...watching, events, foresee });
  const front = createFront({ ...watching, sentinel, report });
  const answering: Answering = createAnswering({
    ...decided,
    ...watching,
    urls,
    refreshes,
    front,
    sentinel,
    guard: createGuard(resolved.guard, resolved.authority === undefined, events),
    rules,
    rates,
    report,
  });

  const httpCache: HttpCache = {
    on: events.on,
    stats: () => ({ ...counters.snapshot(), quarantined: quarantine.names() }),
    purge: purging.purge,
    list: createListing(space, making, resolved.clock),
    explain: createExplain({ ...decided, foresee, routes, own }),
    release: quarantine.release,
    front: (listener) => listenInFront(front, listener),
    async close() {
      await refreshes.settle();
      await background.drain();
    },
    enter(exchange) {
      const outer = (exchange.raw as Carrier)[CONTEXT];
      // Mounted twice: the first time counts, or a fill would wait for itself.
      if (outer?.httpCache === httpCache) {
        exchange.next();
        return;
      }
      // Another cache stands nearer to the handlers: what a route of it guards is not to be stored out here.
      outer?.fill?.yield();
      const context: RequestContext = { httpCache, fill: undefined, outlook: UNKNOWN };
      (exchange.raw as Carrier)[CONTEXT] = context;
      reduceHeaders(exchange.raw.headers, resolved.variants.offers);
      if (sentinel?.receives(exchange, policyAt(exchange.request))) return;
      if (exchange.request.method === 'PURGE' && resolved.purge) {
        answerPurge(exchange, resolved, rules, purging).catch(exchange.next);
      } else if (!isSafe(exchange.request.method)) {
        bump(counters.of('origin').bypass, 'method');
        exchange.response.setHeader('Cache-Status', forwardStatus('method'));
        watchUnsafe(exchange, resolved, rules, (keys, groups) => {
          background.run('invalidate', async () => {
            await Promise.all([store.remove(keys), groups.length > 0 && resolved.cache.invalidate({ tag: groups })]);
          });
        });
        departures.leave();
        exchange.next();
      } else {
        context.outlook = routes.outlook(exchange.request, resolved.clock.now());
        if (context.outlook.kind === 'unknown') {
          const { policy, policyName } = policyAt(exchange.request);
          answering.answer(exchange, policy, policyName, counters.of(policyName), context);
        } else {
          bump(counters.of('origin').bypass, 'route-policy');
          exchange.next();
        }
      }
    },
    enterRoute(exchange, policy, policyName) {
      if (sentinel?.receives(exchange, { policy, policyName })) return;
      const context = (exchange.raw as Carrier)[CONTEXT];
      if (context?.fill) {
        // Stored under the application's own key, the response would be served before the route's guards ran.
        context.fill.yield();
      }
      if (context && context.outlook.kind !== 'known' && exchange.request.method === 'GET') {
        routes.learn(exchange.request, { policy, policyName }, context.outlook, resolved.clock.now());
      }
      exchange.response.removeHeader('cache-status');
      answering.answer(exchange, policy, policyName, counters.of(policyName), context ?? { fill: undefined });
    },
  };
  return httpCache;
}

/**
 * What a door is given: a cache that is made already, or the options to make one.
 *
 * @throws OptionError `ERR_HTTP_CACHE_OPTION`
 */
export function httpCacheFrom<Request>(source: HttpCacheOptions<Request> | HttpCache): HttpCache {
  return source instanceof Object && 'enter' in source ? source : createHttpCache(source);
}

/**
 * The cache that the application's door put on the request.
 *
 * @throws NotMountedError where there is none.
 */
export function httpCacheOf(raw: IncomingMessage, policyName: string): HttpCache {
  const context = (raw as Carrier)[CONTEXT];
  if (!context) throw new NotMountedError(policyName);
  return context.httpCache;
}
