import type { BypassReason, NotStoredReason } from '../answering/reasons.ts';

/** Why a request was forwarded to the handler, in the words of RFC 9211 §2.2. */
export type ForwardReason = 'bypass' | 'method' | 'uri-miss' | 'vary-miss' | 'request' | 'stale';

const CACHE_NAME = 'breakwater';

export function hitStatus(ttlSeconds: number, tier: 'memory' | 'redis'): string {
  return `${CACHE_NAME}; hit; ttl=${ttlSeconds}; detail=${tier}`;
}

export interface Forwarded {
  /** Left out while it is not known: a body that still streams may turn out too large, or never end. */
  readonly stored?: boolean;
  /** `true`: another request's response was used. `false`: that was tried, and this request ran the handler itself. */
  readonly collapsed?: boolean;
  /** What the handler answered, where that is not what leaves. */
  readonly forwardedStatus?: number;
  readonly detail?: BypassReason | NotStoredReason | 'stale-if-error';
}

export function forwardStatus(
  reason: ForwardReason,
  { stored, collapsed, forwardedStatus, detail }: Forwarded = {},
): string {
  let status = `${CACHE_NAME}; fwd=${reason}`;
  if (forwardedStatus !== undefined) status += `; fwd-status=${forwardedStatus}`;
  if (stored) status += '; stored';
  if (collapsed !== undefined) status += collapsed ? '; collapsed' : '; collapsed=?0';
  if (detail !== undefined) status += `; detail=${detail}`;
  return status;
}

/** Neither a hit nor forwarded: the client asked for nothing but a stored response. */
export const REFUSED_STATUS = `${CACHE_NAME}; detail=only-if-cached`;
