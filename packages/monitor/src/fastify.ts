import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import type { Monitor } from './monitor.ts';
import { createMonitorRequest } from './monitor-request.ts';

/**
 * A plugin of a monitor's pages as routes: `app.register(monitor(handle))`, with Fastify's `prefix` where wanted.
 * Register it after what `authorize` relies on (a session, for instance), and outside of the scope of a rate limiter or an HTTP
 * cache, whose hooks are for all routes of their scope.
 */
export function monitor(handle: Monitor<FastifyRequest>): FastifyPluginAsync {
  return async function monitorPlugin(app) {
    // Within this plugin only: nothing is read of a request before `authorize` has let it in.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    for (const path of handle.paths) {
      // The route's own path, not the request's: a prefix stands before the latter.
      app.all(path, async (request, reply) => {
        const answer = await handle.respond(path, createMonitorRequest(request, request.body, reply.raw));
        if (!answer) return reply.callNotFound();
        // As bytes: Fastify would add a charset to the content type of a text.
        return reply.code(answer.status).headers(answer.headers).send(Buffer.from(answer.body));
      });
    }
  };
}
