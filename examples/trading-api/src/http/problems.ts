import { createProblem, OUTAGE_RETRY_AFTER_SECONDS, PROBLEM_TYPE } from '@breakwater/core/http';
import { SessionUnavailableError } from '@breakwater/session';
import type { NextFunction, Request, Response } from 'express';
import { HttpProblem, sessionsUnavailable, unknownRoute } from '../errors.ts';
import type { Log } from '../log.ts';

/** Behind all routes: what came here is none. */
export function refuseUnknownRoute(request: Request): never {
  throw unknownRoute(request.method, request.path);
}

/**
 * Answers everything that was thrown as an RFC 9457 problem document: ours as they are, Express's and its parsers' by
 * their status, all else as a 500 that tells the log everything and the caller nothing.
 */
export function answerProblems(log: Log) {
  // Express knows an error handler by its four parameters.
  return function answerProblem(error: unknown, request: Request, response: Response, next: NextFunction): void {
    if (response.headersSent) {
      next(error);
      return;
    }
    const problem = asProblem(error);
    if (problem.status === 500) log('request:failed', { method: request.method, path: request.path, error });
    const { status, code, title, message, extensions } = problem;
    if (status === 503) response.set('Retry-After', String(OUTAGE_RETRY_AFTER_SECONDS));
    response
      .status(status)
      .set({ 'Content-Type': PROBLEM_TYPE, 'Cache-Control': 'no-store' })
      .end(JSON.stringify(createProblem(status, code, title, { detail: message, ...extensions })));
  };
}

function asProblem(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof SessionUnavailableError) return sessionsUnavailable();
  // Express (a malformed path) and its body parser (malformed, too large, unknown encoding) tell a status and a type.
  const { status, type, message } = (error ?? {}) as { status?: unknown; type?: unknown; message?: unknown };
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new HttpProblem(status, nameOf(type), String(message));
  }
  return new HttpProblem(500, 'INTERNAL', 'Something went wrong here; it was logged.');
}

/** `entity.too.large` as part of an error code: `ENTITY_TOO_LARGE`. */
function nameOf(type: unknown): string {
  return typeof type === 'string' ? type.replaceAll('.', '_').toUpperCase() : 'BAD_REQUEST';
}
