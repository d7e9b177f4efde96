import { BreakwaterError, createOptionChecks } from '@breakwater/core';

export const checks = createOptionChecks('RATE_LIMIT');

/** Codes of the problem documents that refused requests are answered with. */
export const ERR_EXCEEDED = 'ERR_RATE_LIMIT_EXCEEDED';
export const ERR_UNAVAILABLE = 'ERR_RATE_LIMIT_UNAVAILABLE';

/** What rate-limiter-flexible's interface asks for and a log of hits cannot do. */
export function unsupported(call: string, why: string): BreakwaterError {
  return new BreakwaterError(
    'ERR_RATE_LIMIT_UNSUPPORTED',
    `${call} is not supported by an exact sliding window: ${why}`,
  );
}

export function neverAdmitted(points: number, limit: number): BreakwaterError {
  return new BreakwaterError(
    'ERR_RATE_LIMIT_NEVER_ADMITTED',
    `${points} points can never be consumed at once from a limiter of ${limit}. Ask for fewer, or raise its points.`,
  );
}
