import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Monitor } from './monitor.ts';

/**
 * Serves a monitor's pages: `app.use(monitor(handle))`, or under a prefix. Other requests pass by. Put it before the
 * rate limiter and the HTTP cache, and after what `authorize` relies on (a session, for instance).
 */
export function monitor(handle: Monitor<Request>): RequestHandler {
  return function monitorMiddleware(request: Request, response: Response, next: NextFunction): void {
    const answered = handle.respond(request.path, { method: request.method, request });
    if (!answered) {
      next();
      return;
    }
    answered.then(({ status, headers, body }) => {
      response.status(status).set(headers).end(body);
    }, next);
  };
}
