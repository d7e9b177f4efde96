/** RFC 9457 problem details. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly [extension: string]: unknown;
}

export const PROBLEM_TYPE = 'application/problem+json';

/** `Retry-After` of a 503 for Redis's sake: nobody knows how long it will be away, and this is soon enough to notice. */
export const OUTAGE_RETRY_AFTER_SECONDS = 5;

/**
 * @param code the error's code; it is the last part of the problem's `type`, so that a client can branch on it.
 */
export function createProblem(
  status: number,
  code: string,
  title: string,
  extensions: Record<string, unknown> = {},
): Problem {
  return { type: `urn:breakwater:problem:${code}`, title, status, ...extensions };
}
