import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Monitor } from './monitor.ts';
import { createMonitorRequest } from './monitor-request.ts';

/**
 * Serves a monitor's pages: `app.use(monitor(handle))`, or under a prefix. Other requests pass by. Put it before the
 * rate limiter and the HTTP cache, and after what `authorize` relies on (a session, for instance).
 */
export function monitor(handle: Monitor<Request>): RequestHandler {
  const paths = new Set(handle.paths);
  return function monitorMiddleware(request: Request, response: Response, next: NextFunction): void {
    if (!paths.has(request.path)) {
      next();
      return;
    }
    // A body parser in front has emptied the stream.
    const content = request.readableDidRead ? request.body : request;
    handle
      .respond(request.path, createMonitorRequest(request, content, response))
      ?.then(({ status, headers, body }) => {
        response.status(status).set(headers).end(body);
      }, next);
  };
}
