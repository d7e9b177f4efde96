import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import { fastifyPlugin } from 'fastify-plugin';
import type { Exchange } from './exchange.ts';
import { type HttpCache, httpCacheFrom, httpCacheOf } from './http-cache.ts';
import type { HttpCacheOptions } from './options/options.ts';
import { type RoutePolicyOptions, resolveRoutePolicy } from './options/route-policy.ts';

type Hook = (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => void;

/**
 * Caches responses that declare themselves shared (`Cache-Control: public, max-age` or `s-maxage`), and carries the
 * cache to the routes that have a policy of their own.
 *
 * @throws OptionError `ERR_HTTP_CACHE_OPTION`
 */
function createPlugin(options: HttpCacheOptions<FastifyRequest>): FastifyPluginCallback & HttpCache;
/** Puts a cache that `createHttpCache` made in front of the application. */
function createPlugin(httpCache: HttpCache): FastifyPluginCallback & HttpCache;
function createPlugin(source: HttpCacheOptions<FastifyRequest> | HttpCache): FastifyPluginCallback & HttpCache {
  const httpCache = httpCacheFrom(source);
  const plugin: FastifyPluginCallback = (app, _options, done) => {
    app.addHook('onRequest', function httpCacheOnRequest(request, reply, next) {
      httpCache.enter(exchangeOf(request, reply, next));
    });
    done();
  };
  return Object.assign(fastifyPlugin(plugin, { fastify: '5.x', name: '@breakwater/http-cache' }), httpCache);
}

/**
 * Caches one route's responses. The hook stands where you put it, `onRequest` or a later one before the handler; what
 * stands in front of it runs for every request.
 *
 * @throws OptionError `ERR_HTTP_CACHE_OPTION`
 */
function route(options: RoutePolicyOptions<FastifyRequest>): Hook {
  const policy = resolveRoutePolicy(options);
  return function httpCacheRoute(request, reply, done) {
    const policyName = policy.name ?? request.routeOptions.url ?? 'unnamed';
    httpCacheOf(request.raw, policyName).enterRoute(exchangeOf(request, reply, done), policy, policyName);
  };
}

export const httpCache = Object.assign(createPlugin, { route });

const NONE: readonly string[] = Object.freeze([]);
/** Routes of one URL may have versions, of which this header chooses one. */
const VERSIONED: readonly string[] = Object.freeze(['accept-version']);

interface FastifyExchange extends Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

function exchangeOf(request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): FastifyExchange {
  const next = done as Exchange['next'];
  return {
    request,
    raw: request.raw,
    response: reply.raw,
    reply,
    routedBy,
    earlierHeaders,
    onSend,
    claim,
    next,
  };
}

function routedBy(this: FastifyExchange): readonly string[] {
  return this.request.server.hasConstraintStrategy('version') ? VERSIONED : NONE;
}

function earlierHeaders(this: FastifyExchange): OutgoingHttpHeaders {
  return Object.assign(this.response.getHeaders(), this.reply.getHeaders());
}

/** Its hooks, among them those that save sessions, run between `send` and the first write. */
function onSend(this: FastifyExchange, tell: () => void): void {
  const { reply } = this;
  const { send } = reply;
  reply.send = function sendAndTell(payload) {
    tell();
    return Reflect.apply(send, reply, [payload]);
  };
}

/** Fastify writes its headers when it sends; a response that is taken from it must bring them along. */
function claim(this: FastifyExchange): void {
  const headers = this.reply.getHeaders();
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    if (value !== undefined) this.response.setHeader(name, value);
  }
  this.reply.hijack();
}
