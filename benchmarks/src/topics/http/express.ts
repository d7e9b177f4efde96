import { createCache } from '@breakwater/cache';
import { httpCache } from '@breakwater/http-cache/express';
import { serve } from '@breakwater/testkit';
import apicache from 'apicache';
import express, { type RequestHandler } from 'express';
import type { RunCount } from '../../topic.ts';
import { BODY, CONTENT_TYPE, PATH, QUOTES } from './quotes.ts';

export function serveExpressBuffer(handler: RunCount): Promise<string> {
  return serveExpress([sendBuffer(handler)]);
}

export function serveExpressJson(handler: RunCount): Promise<string> {
  return serveExpress([
    (_request, response) => {
      handler.runs += 1;
      response.json(QUOTES);
    },
  ]);
}

export function serveApicache(handler: RunCount): Promise<string> {
  return serveExpress([apicache.middleware('1 hour'), sendBuffer(handler)]);
}

/** As the README mounts it: the cache once for the application, a policy at the route. No Redis: the memory tier. */
export function serveBreakwaterExpress(handler: RunCount): Promise<string> {
  const mount = httpCache({ cache: createCache({ memory: { ttl: '1h' } }) });
  return serveExpress([httpCache.route({ ttl: '1h' }), sendBuffer(handler)], mount);
}

/** Every request that reaches the application is counted as a run: only the front may answer. */
export async function serveBreakwaterFront(handler: RunCount): Promise<string> {
  const mount = httpCache({ cache: createCache({ memory: { ttl: '1h' } }) });
  const app = express();
  app.use((_request, _response, next) => {
    handler.runs += 1;
    next();
  });
  app.use(mount);
  app.get(PATH, httpCache.route({ ttl: '1h', front: 'hits' }), sendBuffer({ runs: 0 }));
  const { url } = await serve(mount.front(app));
  return url;
}

/** The same app for every case, with Express's own defaults: only what stands at the route differs. */
export async function serveExpress(handlers: RequestHandler[], ...mounted: RequestHandler[]): Promise<string> {
  const app = express();
  for (const middleware of mounted) app.use(middleware);
  app.get(PATH, ...handlers);
  const { url } = await serve(app);
  return url;
}

export function sendBuffer(handler: RunCount): RequestHandler {
  return (_request, response) => {
    handler.runs += 1;
    response.setHeader('Content-Type', CONTENT_TYPE);
    response.end(BODY);
  };
}
