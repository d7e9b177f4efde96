import type { OutgoingHttpHeaders } from 'node:http';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Exchange } from './exchange.ts';
import { type HttpCache, httpCacheFrom, httpCacheOf } from './http-cache.ts';
import type { HttpCacheOptions } from './options/options.ts';
import { type RoutePolicyOptions, resolveRoutePolicy } from './options/route-policy.ts';

/**
 * Caches responses that declare themselves shared (`Cache-Control: public, max-age` or `s-maxage`), and carries the
 * cache to the routes that have a policy of their own.
 *
 * @throws OptionError `ERR_HTTP_CACHE_OPTION`
 */
function createMiddleware(options: HttpCacheOptions<Request>): RequestHandler & HttpCache;
/** Puts a cache that `createHttpCache` made in front of the application. */
function createMiddleware(httpCache: HttpCache): RequestHandler & HttpCache;
function createMiddleware(source: HttpCacheOptions<Request> | HttpCache): RequestHandler & HttpCache {
  const httpCache = httpCacheFrom(source);
  return Object.assign(function httpCacheMiddleware(
    request: Request,
    response: Response,
    next: (error?: unknown) => void,
  ) {
    httpCache.enter(exchangeOf(request, response, next));
  }, httpCache);
}

/** Says nothing of the parameters, so that the handler behind it still has those of its path. */
type RouteHandler = <Params>(request: Request<Params>, response: Response, next: NextFunction) => void;

/**
 * Caches one route's responses, at the place where it stands: what stands in front of it runs for every request.
 *
 * @throws OptionError `ERR_HTTP_CACHE_OPTION`
 */
function route(options: RoutePolicyOptions<Request>): RouteHandler {
  const policy = resolveRoutePolicy(options);
  return function httpCacheRoute(request, response, next) {
    const policyName = policy.name ?? String(request.route?.path ?? 'unnamed');
    httpCacheOf(request, policyName).enterRoute(exchangeOf(request as Request, response, next), policy, policyName);
  };
}

export const httpCache = Object.assign(createMiddleware, { route });

const NONE: readonly string[] = Object.freeze([]);

function exchangeOf(request: Request, response: Response, next: (error?: unknown) => void): Exchange {
  return { request, raw: request, response, routedBy, earlierHeaders, onSend, claim, next };
}

/** Express routes by path and method alone. */
function routedBy(): readonly string[] {
  return NONE;
}

function earlierHeaders(this: Exchange): OutgoingHttpHeaders {
  return this.response.getHeaders();
}

/** What Express sends it writes at once. */
function onSend(): void {}

/** Express keeps the headers on node's own response. */
function claim(): void {}
