import type { IncomingMessage } from 'node:http';
import { createBackgroundWork, createEmitter, type Subscribable } from '@breakwater/core';
import { type Answering, createAnswering } from './answer.ts';
import { bump, createCounters } from './counters.ts';
import { entryCodec } from './entry-codec.ts';
import { NotMountedError } from './errors.ts';
import type { HttpCacheEvents } from './events.ts';
import type { Exchange } from './exchange.ts';
import type { Fill, Shared, UrlLesson } from './fill.ts';
import { createFlights } from './flights.ts';
import { type HttpCacheOptions, ORIGIN_POLICY, type Policy, type ResolvedOptions, resolveOptions } from './options.ts';
import { createResponseStore } from './response-store.ts';
import { teeResponse } from './response-tee.ts';
import { requestAuthority } from './rules/authority.ts';
import { forwardStatus } from './rules/cache-status.ts';
import { customKey, type KeyKind, uriKey } from './rules/request-key.ts';
import { isSafe } from './rules/request-rules.ts';
import type { HttpCacheStats } from './stats.ts';
import { createUrlMemory } from './url-memory.ts';

/** A cache of responses, whichever framework's door it is behind. */
export interface HttpCache extends Subscribable<HttpCacheEvents> {
  stats(): HttpCacheStats;
  /** Waits for responses that are being stored. The cache stays its owner's. */
  close(): Promise<void>;
  /** A door's call: the whole application's requests, by what their responses say of themselves. */
  enter(exchange: Exchange): void;
  /** A door's call: one route's requests, by the route's policy. */
  enterRoute(exchange: Exchange, policy: Policy, policyName: string): void;
}

const CONTEXT = Symbol('breakwater.http-cache');

/** What one request carries from the application's door to a route's. */
interface RequestContext {
  readonly httpCache: HttpCache;
  /** The application's own fill, as long as no route has a policy for the request. */
  fill: Fill | undefined;
}

/** How long a URL whose route has a policy is passed by at the application's door: routes do not change. */
const ROUTED_FOR_MS = 3_600_000;

type Carrier = IncomingMessage & { [CONTEXT]?: RequestContext };

/** @throws OptionError `ERR_HTTP_CACHE_OPTION` */
export function createHttpCache<Request = unknown>(options: HttpCacheOptions<Request>): HttpCache {
  const resolved = resolveOptions(options);
  const events = createEmitter<HttpCacheEvents>();
  const report = (during: HttpCacheEvents['cache:failed']['during'], error: unknown) =>
    events.emit('cache:failed', { during, error });
  const background = createBackgroundWork((reason, error) =>
    report(reason === 'commit' ? reason : 'invalidate', error),
  );
  const store = createResponseStore(resolved.cache.space('http', { codec: entryCodec }), resolved.maxVariants);
  const counters = createCounters();
  const routed = createUrlMemory<'route-policy'>();
  const answering: Answering = createAnswering({
    options: resolved,
    store,
    flights: createFlights<Shared>(resolved.maxWaitMs),
    urls: createUrlMemory<UrlLesson>(),
    background,
    baseKey: (policy, policyName, request) => baseKey(resolved, policy, policyName, request),
    report,
  });

  /** RFC 9111 §4.4: what a successful unsafe request changed is the resource at its URI, however it was cached. */
  function watchUnsafe({ request, response, next }: Exchange): void {
    bump(counters.of('origin').bypass, 'method');
    const keys = (['origin', 'route'] as const).map((kind) => uriKeyOf(resolved, kind, request));
    response.setHeader('Cache-Status', forwardStatus('method'));
    teeResponse(response, 0, {
      head(status) {
        if (status >= 200 && status < 400) background.run('invalidate', () => store.remove(keys));
        return { status, keep: false };
      },
      complete() {},
      abandoned() {},
    });
    next();
  }

  const httpCache: HttpCache = {
    on: events.on,
    stats: counters.snapshot,
    close: background.drain,
    enter(exchange) {
      const context: RequestContext = { httpCache, fill: undefined };
      (exchange.raw as Carrier)[CONTEXT] = context;
      if (!isSafe(exchange.request.method)) {
        watchUnsafe(exchange);
      } else if (routed.recall(urlOf(exchange), resolved.clock.now())) {
        bump(counters.of('origin').bypass, 'route-policy');
        exchange.next();
      } else {
        answering.answer(exchange, ORIGIN_POLICY, 'origin', counters.of('origin'), (fill) => {
          context.fill = fill;
        });
      }
    },
    enterRoute(exchange, policy, policyName) {
      const context = (exchange.raw as Carrier)[CONTEXT];
      if (context?.fill) {
        // Stored under the application's own key, the response would be served before the route's guards ran.
        context.fill.yield();
        routed.remember(urlOf(exchange), 'route-policy', resolved.clock.now() + ROUTED_FOR_MS);
      }
      exchange.response.removeHeader('cache-status');
      answering.answer(exchange, policy, policyName, counters.of(policyName), (fill) => {
        if (context) context.fill = fill;
      });
    },
  };
  return httpCache;
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

function urlOf({ request }: Exchange): string {
  return `${request.headers.host} ${request.originalUrl}`;
}

function baseKey(options: ResolvedOptions, policy: Policy, name: string, request: Exchange['request']): string {
  const key: unknown = policy.keyOf?.(request);
  // A key that is no text, such as a parameter that is absent or there twice, names nothing: one would stand for all.
  if (typeof key !== 'string') return uriKeyOf(options, policy.kind, request);
  return customKey(policy.name ?? `${request.baseUrl ?? ''}${name}`, key);
}

function uriKeyOf({ authority }: ResolvedOptions, kind: KeyKind, request: Exchange['request']): string {
  if (authority === undefined) return uriKey(kind, requestAuthority(request), request.originalUrl);
  return uriKey(kind, typeof authority === 'string' ? authority : authority(request), request.originalUrl);
}
