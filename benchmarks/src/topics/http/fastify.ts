import { createCache } from '@breakwater/cache';
import { httpCache } from '@breakwater/http-cache/fastify';
import { fastify, type RouteHandler } from 'fastify';
import type { RunCount } from '../../topic.ts';
import { BODY, CONTENT_TYPE, PATH } from './quotes.ts';

export async function serveFastifyBuffer(handler: RunCount): Promise<string> {
  const app = fastify();
  app.get(PATH, sendBuffer(handler));
  return app.listen({ host: '127.0.0.1', port: 0 });
}

/** As the README mounts it: the cache once for the application, a policy at the route. No Redis: the memory tier. */
export async function serveBreakwaterFastify(handler: RunCount): Promise<string> {
  const app = fastify();
  app.register(httpCache({ cache: createCache({ memory: { ttl: '1h' } }) }));
  app.get(PATH, { onRequest: httpCache.route({ ttl: '1h' }) }, sendBuffer(handler));
  return app.listen({ host: '127.0.0.1', port: 0 });
}

function sendBuffer(handler: RunCount): RouteHandler {
  return (_request, reply) => {
    handler.runs += 1;
    reply.header('Content-Type', CONTENT_TYPE).send(BODY);
  };
}
