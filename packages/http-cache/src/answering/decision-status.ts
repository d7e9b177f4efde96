import { type ForwardReason, forwardStatus, hitStatus, REFUSED_STATUS } from '../rules/cache-status.ts';
import { ttlSecondsOf } from '../stored/entry.ts';
import type { Selected } from '../stored/place.ts';
import type { Decision } from './decisions.ts';
import type { BypassReason } from './reasons.ts';

/** What `Cache-Status` says of a decision. */
export function decisionStatus(decision: Decision, nowMs: number): string {
  switch (decision.kind) {
    case 'serve':
      return servedStatus(decision.selected, nowMs, decision.forwarded);
    case 'serve-stale':
      return servedStatus(decision.selected, nowMs);
    case 'pass':
      return forwardStatus(passReason(decision), {
        collapsed: decision.collapsed,
        detail: decision.reason,
      });
    case 'bypass':
      return bypassStatus(decision.reason);
    case 'refuse':
      return REFUSED_STATUS;
  }
}

function passReason({ held, reason }: Extract<Decision, { kind: 'pass' }>): ForwardReason {
  if (held) return 'stale';
  return reason === 'variants' ? 'vary-miss' : 'uri-miss';
}

/** @param forwarded why the request would have gone to the handler, had it not waited for another's response. */
export function servedStatus(
  { response, storedAtMs, tier }: Selected,
  nowMs: number,
  forwarded?: ForwardReason,
): string {
  if (forwarded) return forwardStatus(forwarded, { collapsed: true });
  return hitStatus(ttlSecondsOf(response, storedAtMs, nowMs), tier);
}

export function bypassStatus(reason: BypassReason): string {
  return reason === 'method' ? forwardStatus('method') : forwardStatus('bypass', { detail: reason });
}
