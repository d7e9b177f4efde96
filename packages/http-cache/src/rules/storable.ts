import type { NotStoredReason } from '../answering/reasons.ts';
import type { RequestControl } from './cache-control.ts';
import type { Fields } from './fields.ts';
import { type FreshnessTrust, initialAgeMs, isMarkedStorable, lifetimeMs } from './freshness.ts';
import { type ResponseControl, responseControl } from './response-control.ts';
import type { ReuseTerms } from './reuse.ts';
import { isWhole, type StatusLifetimes, statusLifetimeMs } from './status-lifetimes.ts';
import { isUnmatchable, parseVary, uniqueNames } from './vary.ts';

/** A response as far as its head tells: the handler's headers, lower case. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: Fields;
  /** The `Vary` that leaves, whoever named its headers. */
  readonly vary: string | undefined;
  readonly requestedAtMs: number;
  readonly nowMs: number;
}

/** What the request says that bears on storing its response. */
export interface AskedWith {
  readonly hasAuthorization: boolean;
  readonly directives: RequestControl;
}

export interface StorageTerms {
  /** The developer's lifetime; `undefined` takes the one the response declares. */
  readonly ttlMs: number | undefined;
  /** The developer's lifetimes of other statuses than 200. */
  readonly statuses: StatusLifetimes;
  readonly staleWhileRevalidateMs: number | undefined;
  readonly staleIfErrorMs: number | undefined;
  /** Headers the key covers whether the response names them or not. */
  readonly vary: readonly string[];
  readonly trust: FreshnessTrust;
  readonly targetFields: readonly string[];
  readonly setCookie: 'refuse' | 'store';
  /** How long a response with a validator is kept beyond its use, to ask whether it changed. */
  readonly keptForValidationMs: number;
}

/** What holds under every policy. */
export interface StorageLimits {
  /** Request headers by whose values no response is stored, lower case. */
  readonly refusedVary: ReadonlySet<string>;
  readonly maxBodyBytes: number;
}

export type Storability =
  | {
      readonly storable: true;
      readonly reuse: ReuseTerms;
      /** How old the response was already when its head arrived. */
      readonly initialAgeMs: number;
      readonly varyNames: readonly string[];
    }
  | { readonly storable: false; readonly reason: NotStoredReason };

/** Whether a shared cache may store this response and for how long: RFC 9111 §3, and stricter where it is personal. */
export function storability(
  head: ResponseHead,
  asked: AskedWith,
  given: StorageTerms,
  limits: StorageLimits,
): Storability {
  const { headers, status } = head;
  const terms = termsFor(status, given);
  const speaking = responseControl(headers, terms.targetFields);
  const varyNames = responseVaryNames(head, terms.vary);
  const reason = refusal(head, asked, speaking, varyNames, terms, limits);
  if (reason) return { storable: false, reason };
  const age = initialAgeMs(headers, head);
  const reuse = reuseTerms(head, speaking, terms);
  const isOfUse = reuse.validation !== 'always' && age !== undefined && age < reuse.lifetimeMs;
  if (!isOfUse && !isWorthAsking(head, speaking, terms)) return { storable: false, reason: noUse(speaking) };
  return {
    storable: true,
    // An age that cannot be read may be any.
    reuse: age === undefined ? { ...reuse, lifetimeMs: 0, staleWhileRevalidateMs: 0, staleIfErrorMs: 0 } : reuse,
    initialAgeMs: age ?? 0,
    varyNames,
  };
}

function refusal(
  { status, headers }: ResponseHead,
  { hasAuthorization, directives }: AskedWith,
  { control }: ResponseControl,
  varyNames: readonly string[],
  terms: StorageTerms,
  limits: StorageLimits,
): NotStoredReason | undefined {
  if (!isStorableStatus(status, terms)) return 'status';
  if (headers.has('set-cookie') && terms.setCookie === 'refuse') return 'set-cookie';
  // RFC 9111 §5.2.2.3: it takes the place of `no-store` for a cache that knows the status.
  if (control.has('must-understand') ? !isUnderstood(status) : control.has('no-store')) return 'no-store';
  if (directives.has('no-store')) return 'no-store';
  // With a list of fields as well: RFC 9111 §5.2.2.4 and §5.2.2.7 allow to take them for the directives without one.
  if (control.has('private')) return 'private';
  if (hasAuthorization && !AUTHORIZED.some((directive) => control.has(directive))) return 'authorization';
  if (isUnmatchable(varyNames, limits.refusedVary)) return 'vary';
  if (/^text\/event-stream\b/i.test(headers.get('content-type') ?? '')) return 'event-stream';
  if (Number(headers.get('content-length') ?? 0) > limits.maxBodyBytes) return 'too-large';
  return undefined;
}

/** RFC 9111 §3.5. */
const AUTHORIZED = ['public', 'must-revalidate', 's-maxage'];

/** Under a policy, one that has a lifetime. */
function isStorableStatus(status: number, { ttlMs }: StorageTerms): boolean {
  return isWhole(status) && (ttlMs === undefined || ttlMs > 0);
}

/** A policy is for successes, and for what it names beside them: that for as long as is said, and no longer. */
function termsFor(status: number, terms: StorageTerms): StorageTerms {
  if (terms.ttlMs === undefined || status === 200) return terms;
  const ttlMs = statusLifetimeMs(status, terms.statuses) ?? 0;
  return { ...terms, ttlMs, staleWhileRevalidateMs: 0, staleIfErrorMs: 0 };
}

/** Those whose caching rules this cache implements (RFC 9110 §15). */
function isUnderstood(status: number): boolean {
  return UNDERSTOOD.has(status);
}

const UNDERSTOOD: ReadonlySet<number> = new Set([
  ...[200, 201, 202, 203, 204, 205, 300, 301, 302, 303, 307, 308],
  ...[400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 413, 414, 415, 417, 421, 422, 426],
  ...[500, 501, 502, 503, 504, 505],
]);

/**
 * `s-maxage` speaks to shared caches, so it bounds a policy too; `max-age` under a policy speaks to the clients.
 */
function reuseTerms(head: ResponseHead, speaking: ResponseControl, terms: StorageTerms): ReuseTerms {
  const { control } = speaking;
  const { ttlMs } = terms;
  const sharedSeconds = control.seconds('s-maxage');
  return {
    lifetimeMs:
      ttlMs === undefined
        ? lifetimeMs({ ...head, ...speaking }, terms.trust, head.nowMs)
        : Math.min(ttlMs, sharedSeconds === undefined ? Number.POSITIVE_INFINITY : sharedSeconds * 1000),
    staleWhileRevalidateMs: windowMs(control.seconds('stale-while-revalidate'), terms.staleWhileRevalidateMs),
    staleIfErrorMs: windowMs(control.seconds('stale-if-error'), terms.staleIfErrorMs),
    validation: validationOf(speaking),
  };
}

/** The response's own word, else the developer's. */
function windowMs(declaredSeconds: number | undefined, givenMs: number | undefined): number {
  return declaredSeconds === undefined ? (givenMs ?? 0) : declaredSeconds * 1000;
}

/** RFC 9111 §5.2.2.8 and .10: `s-maxage` means `proxy-revalidate` as well. */
function validationOf({ control }: ResponseControl): ReuseTerms['validation'] {
  if (control.has('no-cache')) return 'always';
  if (control.has('must-revalidate') || control.has('proxy-revalidate')) return 'when-stale';
  // Who names a window for stale answers beside `s-maxage` means it: it is what all shared caches follow.
  return control.has('s-maxage') && !WINDOWS.some((directive) => control.has(directive)) ? 'when-stale' : 'none';
}

const WINDOWS = ['stale-while-revalidate', 'stale-if-error'];

/** Of no use as it is, but its handler may say that nothing has changed. */
function isWorthAsking(head: ResponseHead, speaking: ResponseControl, terms: StorageTerms): boolean {
  const isAskable = terms.keptForValidationMs > 0 && hasValidator(head.headers);
  return isAskable && mayBeShared(speaking, terms) && isMarkedStorable({ ...head, ...speaking });
}

/** Asking does not make a response everybody's: whoever trusts declarations alone has declared nothing of this one. */
function mayBeShared({ control, isTargeted }: ResponseControl, { ttlMs, trust }: StorageTerms): boolean {
  if (ttlMs !== undefined) return false;
  return trust !== 'declared' || isTargeted || control.has('public') || control.has('s-maxage');
}

function hasValidator(headers: Fields): boolean {
  return headers.has('etag') || headers.has('last-modified');
}

function noUse({ control }: ResponseControl): NotStoredReason {
  return control.has('no-cache') ? 'no-cache' : 'no-freshness';
}

/** Encoded bytes are no good to a client that does not take the coding, whether the response says so or not. */
function responseVaryNames({ headers, vary }: ResponseHead, policyVary: readonly string[]): readonly string[] {
  const named = parseVary(vary);
  if (headers.has('content-encoding')) return uniqueNames([...named, ...policyVary, 'accept-encoding']);
  return policyVary.length === 0 ? named : uniqueNames([...named, ...policyVary]);
}
