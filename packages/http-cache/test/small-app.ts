import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { type Cache, createCache } from '@breakwater/cache';
import type { Framework, RunningServer } from '@breakwater/testkit';
import { httpCache as expressCache } from '../src/express.ts';
import { httpCache as fastifyCache } from '../src/fastify.ts';
import { createHttpCache, type HttpCache, type HttpCacheOptions, type RoutePolicyOptions } from '../src/index.ts';

/** A request as a test's handler sees it, the same on every framework. */
export interface Call {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** As `before` or `inside` set it. */
  readonly session: unknown;
  /** Puts on the framework's request what middleware would. */
  put(values: object): void;
  /** What of the URL can be read at the moment. */
  seen(): { url: string | undefined; originalUrl: string; query: unknown };
  header(name: string, value: string | string[]): void;
  status(code: number): void;
  /** As the framework sends values: `res.json`, `reply.send`. */
  json(value: unknown): void;
  /** As the framework sends text: `res.send`, `reply.send`. */
  text(value: string): void;
  stream(source: Readable): void;
  /** Node's own response, out of the framework's hands. */
  raw(): ServerResponse;
}

export interface Route {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly policy?: RoutePolicyOptions<never>;
  readonly handle: (call: Call) => void | Promise<void>;
}

export interface AppSettings {
  readonly routes: readonly Route[];
  readonly cache?: Cache;
  readonly options?: Omit<HttpCacheOptions<never>, 'cache'>;
  /** Runs before the cache, as another middleware or plugin would. */
  readonly before?: (call: Call, session: (value: object) => void) => void;
  /** Runs before a response leaves, below the cache, where middleware saves its session. */
  readonly saves?: (call: Call) => void;
  /** Stands before the cache as well: a request that it does not pass is answered 401. */
  readonly passes?: (call: Call) => boolean;
  /** Stands between the cache and the routes: its text is sent, and declared to be everybody's, in place of a route's. */
  readonly answersItself?: (call: Call) => string | false;
  /** Runs between the cache and the handler. */
  readonly inside?: (call: Call, session: (value: object) => void) => void;
  /** Wraps node's response, outside of the cache or, `inside`, between cache and handler. */
  readonly wrap?: { readonly outside?: WrapResponse; readonly inside?: WrapResponse };
}

type WrapResponse = (headers: IncomingHttpHeaders, response: ServerResponse) => void;

export interface App extends RunningServer {
  readonly cache: Cache;
  readonly httpCache: HttpCache;
}

/** The same small application on any framework, with the cache in front of all its routes. */
export async function serveApp(framework: Framework, settings: AppSettings): Promise<App> {
  const { routes, before, saves, passes = () => true, inside, wrap } = settings;
  const cache = settings.cache ?? createCache();
  const httpCache = createHttpCache({ cache, ...settings.options });
  const server = await framework.serve({
    express(app) {
      app.use((request, response, next) => {
        const call = expressCall(request, response);
        before?.(call, (session) => Object.assign(request, { session }));
        wrap?.outside?.(request.headers, response);
        const { end } = response;
        if (saves) {
          response.end = (...body: unknown[]) => {
            saves(call);
            return Reflect.apply(end, response, body);
          };
        }
        if (passes(call)) next();
        else response.status(401).end();
      });
      app.use(expressCache(httpCache));
      app.use((request, response, next) => {
        const own = settings.answersItself?.(expressCall(request, response));
        if (own) response.set('Cache-Control', 'public, max-age=60').type('text').send(own);
        else next();
      });
      for (const { method = 'GET', path, policy, handle } of routes) {
        const policies = policy ? [expressCache.route(policy as RoutePolicyOptions)] : [];
        const name = method.toLowerCase() as 'get' | 'post' | 'delete';
        app[name](path, ...policies, (request, response, next) => {
          inside?.(expressCall(request, response), (session) => Object.assign(request, { session }));
          wrap?.inside?.(request.headers, response);
          Promise.resolve(handle(expressCall(request, response))).catch(next);
        });
      }
    },
    async fastify(app) {
      app.addHook('onRequest', (request, reply, done) => {
        before?.(fastifyCall(request, reply), (session) => Object.assign(request, { session }));
        wrap?.outside?.(request.headers, reply.raw);
        if (passes(fastifyCall(request, reply))) done();
        else reply.code(401).send();
      });
      app.addHook('onSend', async (request, reply, payload) => {
        saves?.(fastifyCall(request, reply));
        return payload;
      });
      await app.register(fastifyCache(httpCache));
      app.addHook('onRequest', (request, reply, done) => {
        const own = settings.answersItself?.(fastifyCall(request, reply));
        if (own) reply.header('Cache-Control', 'public, max-age=60').type('text/plain').send(own);
        else done();
      });
      for (const { method = 'GET', path, policy, handle } of routes) {
        app.route({
          method,
          url: path,
          onRequest: policy ? fastifyCache.route(policy as RoutePolicyOptions) : [],
          handler(request, reply) {
            inside?.(fastifyCall(request, reply), (session) => Object.assign(request, { session }));
            wrap?.inside?.(request.headers, reply.raw);
            Promise.resolve(handle(fastifyCall(request, reply))).catch((error) => reply.send(error));
            return reply;
          },
        });
      }
    },
  });
  return { ...server, cache, httpCache };
}

type ExpressHandler = ReturnType<typeof expressCache.route>;

function expressCall(request: Parameters<ExpressHandler>[0], response: Parameters<ExpressHandler>[1]): Call {
  return {
    path: request.originalUrl,
    headers: request.headers,
    get session() {
      return (request as { session?: unknown }).session;
    },
    put: (values) => void Object.assign(request, values),
    seen: () => ({ url: request.url, originalUrl: request.originalUrl, query: { ...request.query } }),
    header: (name, value) => void response.setHeader(name, value),
    status: (code) => void response.status(code),
    json: (value) => void response.json(value),
    text: (value) => void response.type('text').send(value),
    stream: (source) => void source.pipe(response),
    raw: () => response,
  };
}

type FastifyHook = ReturnType<typeof fastifyCache.route>;

function fastifyCall(request: Parameters<FastifyHook>[0], reply: Parameters<FastifyHook>[1]): Call {
  return {
    path: request.originalUrl,
    headers: request.headers,
    get session() {
      return (request as { session?: unknown }).session;
    },
    put: (values) => void Object.assign(request, values),
    seen: () => ({ url: request.url, originalUrl: request.originalUrl, query: { ...Object(request.query) } }),
    header: (name, value) => void reply.header(name, value),
    status: (code) => void reply.code(code),
    json: (value) => void reply.send(value),
    text: (value) => void reply.type('text/plain').send(value),
    stream: (source) => void reply.send(source),
    raw: () => reply.hijack().raw,
  };
}
