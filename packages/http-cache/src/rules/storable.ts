import type { NotStoredReason } from '../reasons.ts';
import { type CacheControl, parseCacheControl } from './cache-control.ts';
import { isUnmatchable, parseVary, uniqueNames } from './vary.ts';

/** A response as far as its head tells: the handler's headers, lower case. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  /** The `Vary` that leaves, whoever named its headers. */
  readonly vary: string | undefined;
}

export interface StorageTerms {
  /** The developer's lifetime; `undefined` takes the one the response declares. */
  readonly ttlMs: number | undefined;
  /** Headers the key covers whether the response names them or not. */
  readonly vary: readonly string[];
  readonly maxBodyBytes: number;
}

export type Storability =
  | {
      readonly storable: true;
      /** What is left of the lifetime when the head leaves. */
      readonly ttlMs: number;
      /** How old the response was already, by its own `Age`. */
      readonly initialAgeMs: number;
      readonly varyNames: readonly string[];
    }
  | { readonly storable: false; readonly reason: NotStoredReason };

/** Whether a shared cache may store this response and for how long: RFC 9111 §3, and stricter where it is personal. */
export function storability(head: ResponseHead, terms: StorageTerms): Storability {
  const control = parseCacheControl(head.headers.get('cache-control'));
  const varyNames = responseVaryNames(head, terms.vary);
  const reason = refusal(head, control, varyNames, terms.maxBodyBytes);
  if (reason) return { storable: false, reason };
  const initialAgeMs = upstreamAgeMs(head.headers.get('age'));
  const ttlMs = lifetimeMs(control, terms.ttlMs) - initialAgeMs;
  if (ttlMs <= 0) return { storable: false, reason: 'no-freshness' };
  return { storable: true, ttlMs, initialAgeMs, varyNames };
}

function refusal(
  { status, headers }: ResponseHead,
  control: CacheControl,
  varyNames: readonly string[],
  maxBodyBytes: number,
): NotStoredReason | undefined {
  if (status !== 200) return 'status';
  if (headers.has('set-cookie')) return 'set-cookie';
  if (control.has('no-store')) return 'no-store';
  // With a list of fields as well: RFC 9111 §5.2.2.4 and §5.2.2.7 allow to take them for the directives without one.
  if (control.has('private')) return 'private';
  if (control.has('no-cache')) return 'no-cache';
  if (isUnmatchable(varyNames)) return 'vary';
  if (/^text\/event-stream\b/i.test(headers.get('content-type') ?? '')) return 'event-stream';
  if (Number(headers.get('content-length') ?? 0) > maxBodyBytes) return 'too-large';
  return undefined;
}

/**
 * RFC 9111 §4.2.1. `s-maxage` speaks to shared caches, so it bounds a policy too; `max-age` under a policy speaks to
 * the clients. Without a policy only an explicit word to shared caches counts, `s-maxage` or `public`.
 */
function lifetimeMs(control: CacheControl, policyTtlMs: number | undefined): number {
  const sharedSeconds = control.seconds('s-maxage');
  if (policyTtlMs !== undefined) {
    return sharedSeconds === undefined ? policyTtlMs : Math.min(policyTtlMs, sharedSeconds * 1000);
  }
  const seconds = sharedSeconds ?? (control.has('public') ? control.seconds('max-age') : undefined);
  return (seconds ?? 0) * 1000;
}

function upstreamAgeMs(age: string | undefined): number {
  return age !== undefined && /^\d+$/.test(age) ? Number(age) * 1000 : 0;
}

/** Encoded bytes are no good to a client that does not take the coding, whether the response says so or not. */
function responseVaryNames({ headers, vary }: ResponseHead, policyVary: readonly string[]): string[] {
  const coding = headers.has('content-encoding') ? ['accept-encoding'] : [];
  return uniqueNames([...parseVary(vary), ...policyVary, ...coding]);
}
