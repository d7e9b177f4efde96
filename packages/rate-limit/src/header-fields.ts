import { OUTAGE_RETRY_AFTER_SECONDS } from '@breakwater/core/http';
import type { Decision } from './decision.ts';

/** Where a door's response takes its header fields; a node response is one. */
export interface ResponseHead {
  getHeader(name: string): unknown;
  setHeader(name: string, value: string): unknown;
}

/**
 * `RateLimit-Policy` and `RateLimit` by draft-ietf-httpapi-ratelimit-headers-11, with the plan as policy name and `t`
 * the seconds until `r` grows; `Retry-After` (RFC 9110 §10.2.3) where the request is refused.
 */
export function writeHeaderFields(decision: Decision, head: ResponseHead): void {
  if (decision.outcome === 'skipped') return;
  const { name, limit, windowMs } = decision.plan;
  append(head, 'RateLimit-Policy', `"${name}";q=${limit};w=${windowMs / 1000}`);
  if ('remaining' in decision) {
    append(head, 'RateLimit', `"${name}";r=${decision.remaining};t=${Math.ceil(decision.freesInMs / 1000)}`);
  }
  if (decision.outcome === 'denied' || decision.outcome === 'unavailable') {
    head.setHeader('Retry-After', String(retryAfterSeconds(decision)));
  }
}

/** Seconds until the same request is allowed: rounded up, so that a client that obeys is not denied again. */
export function retryAfterSeconds(decision: Extract<Decision, { outcome: 'denied' | 'unavailable' }>): number {
  return 'freesInMs' in decision ? Math.ceil(decision.freesInMs / 1000) : OUTAGE_RETRY_AFTER_SECONDS;
}

/** Both fields are lists (RFC 9651 §3.1): a request that passes several limiters tells of each. */
function append(head: ResponseHead, name: string, member: string): void {
  const others = head.getHeader(name);
  head.setHeader(name, others === undefined ? member : `${others}, ${member}`);
}
