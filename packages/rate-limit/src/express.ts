import { PROBLEM_TYPE, viewRequest } from '@breakwater/core/http';
import type { NextFunction, Request, Response } from 'express';
import type { Decision } from './decision.ts';
import { writeHeaderFields } from './header-fields.ts';
import type { RateLimiterOptions } from './options.ts';
import { createRateLimiter, type RateLimiter } from './rate-limiter.ts';
import { refusalOf } from './refusal.ts';

export interface RateLimitMiddleware {
  (request: Request, response: Response, next: NextFunction): void;
  readonly limiter: RateLimiter<Request>;
}

/**
 * Limits the requests that pass here, for Express 4 and 5. `app.set('trust proxy', …)` decides whose address counts.
 *
 * @param source options, or a limiter that other mounts and the monitor share.
 * @throws OptionError `ERR_RATE_LIMIT_OPTION` for an option that is unknown or wrong.
 */
export function rateLimit(source: RateLimiterOptions<Request> | RateLimiter<Request> = {}): RateLimitMiddleware {
  const limiter = 'check' in source ? source : createRateLimiter(source);

  function rateLimitMiddleware(request: Request, response: Response, next: NextFunction): void {
    const decision = limiter.check(viewRequest(request));
    if (decision instanceof Promise) {
      decision.then((decided) => settle(decided, response, next)).catch(next);
      return;
    }
    settle(decision, response, next);
  }

  return Object.assign(rateLimitMiddleware, { limiter });
}

function settle(decision: Decision, response: Response, next: NextFunction): void {
  writeHeaderFields(decision, response);
  const refusal = refusalOf(decision);
  if (refusal === undefined) {
    next();
    return;
  }
  response.statusCode = refusal.status;
  response.setHeader('Content-Type', PROBLEM_TYPE);
  response.end(refusal.body);
}
