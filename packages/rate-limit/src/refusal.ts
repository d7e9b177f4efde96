import { createProblem, type Problem } from '@breakwater/core/http';
import type { Decision } from './decision.ts';
import { ERR_EXCEEDED, ERR_UNAVAILABLE } from './errors.ts';
import { retryAfterSeconds } from './header-fields.ts';

/** The response of a request that goes no further. */
export interface Refusal {
  readonly status: 429 | 503;
  /** A problem document (RFC 9457), as JSON. */
  readonly body: Buffer;
}

/** `undefined` for a request that goes on. */
export function refusalOf(decision: Decision): Refusal | undefined {
  if (decision.outcome === 'denied') return refuse(429, exceeded(decision));
  if (decision.outcome === 'unavailable') return refuse(503, unavailable(decision));
  return undefined;
}

function exceeded(decision: Extract<Decision, { outcome: 'denied' }>): Problem {
  const { name, limit, windowMs } = decision.plan;
  const seconds = retryAfterSeconds(decision);
  return createProblem(429, ERR_EXCEEDED, 'Too many requests', {
    detail: `The plan ${name} allows ${limit} requests in ${windowMs / 1000} s. Try again in ${seconds} s.`,
    plan: name,
    limit,
    windowSeconds: windowMs / 1000,
    retryAfterSeconds: seconds,
  });
}

function unavailable(decision: Extract<Decision, { outcome: 'unavailable' }>): Problem {
  return createProblem(503, ERR_UNAVAILABLE, 'Requests cannot be counted', {
    detail: 'The limiter is set to refuse requests while its Redis is away.',
    plan: decision.plan.name,
    retryAfterSeconds: retryAfterSeconds(decision),
  });
}

function refuse(status: Refusal['status'], problem: Problem): Refusal {
  return { status, body: Buffer.from(JSON.stringify(problem)) };
}
