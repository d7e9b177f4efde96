import type { CacheControl } from './cache-control.ts';
import { splitFieldList } from './field-list.ts';
import type { Fields } from './fields.ts';
import { parseHttpDate } from './http-date.ts';

/** How much of what a response says of its own lifetime is believed. */
export type FreshnessTrust =
  /** Words to shared caches alone: `s-maxage`, `public` with a lifetime, and the targeted fields. */
  | 'declared'
  /** `max-age` and `Expires` as well, which all caches may follow. */
  | 'explicit'
  /** And, where the response says nothing, a tenth of the time since it was last modified. */
  | 'heuristic';

export interface FreshnessFacts {
  readonly status: number;
  readonly headers: Fields;
  /** Of the field that speaks to this cache. */
  readonly control: CacheControl;
  /** A targeted field (RFC 9213 §2.2) speaks in place of `Cache-Control` and `Expires`. */
  readonly isTargeted: boolean;
}

/** RFC 9110 §15.1: what may be stored though it says nothing of its lifetime; 206 is not for this cache. */
const HEURISTIC_STATUSES: ReadonlySet<number> = new Set([200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501]);

/** RFC 9111 §1.2.2: a larger number of seconds may be taken for this one. */
const OLDEST_MS = 2 ** 31 * 1000;

const HEURISTIC_SHARE = 0.1;
/** RFC 9111 §4.2.2 names a day as the age from which a guess should be doubted. */
const LONGEST_HEURISTIC_MS = 24 * 3_600_000;

/** RFC 9111 §4.2.1: how long from its making the response is fresh in a shared cache; 0 where nothing says so. */
export function lifetimeMs(facts: FreshnessFacts, trust: FreshnessTrust, nowMs: number): number {
  const { control } = facts;
  const shared = control.seconds('s-maxage');
  if (shared !== undefined) return shared * 1000;
  if (trust === 'declared' && !facts.isTargeted && !control.has('public')) return 0;
  const declared = control.seconds('max-age');
  if (declared !== undefined) return declared * 1000;
  if (facts.isTargeted) return 0;
  const expires = facts.headers.get('expires');
  if (expires !== undefined) return Math.max(0, untilExpiry(expires, facts, nowMs));
  return trust === 'heuristic' ? heuristicMs(facts, nowMs) : 0;
}

/** RFC 9111 §5.3: a field that is no date, or several of them, is a time in the past. */
function untilExpiry(expires: string, { headers }: FreshnessFacts, nowMs: number): number {
  const expiresMs = parseHttpDate(expires, nowMs);
  return expiresMs === undefined ? 0 : expiresMs - (parseHttpDate(headers.get('date'), nowMs) ?? nowMs);
}

/**
 * RFC 9111 §3: a response is stored only if it says that it may be, or how long it lives, or has a status that need not say
 * it; whatever a targeted field says takes the place of all that (RFC 9213 §2.2).
 */
export function isMarkedStorable({ status, headers, control, isTargeted }: FreshnessFacts): boolean {
  if (HEURISTIC_STATUSES.has(status) || MARKS.some((directive) => control.has(directive))) return true;
  return !isTargeted && headers.has('expires');
}

const MARKS = ['public', 'max-age', 's-maxage'];

function heuristicMs({ status, headers, control }: FreshnessFacts, nowMs: number): number {
  if (!HEURISTIC_STATUSES.has(status) && !control.has('public')) return 0;
  const modifiedMs = parseHttpDate(headers.get('last-modified'), nowMs);
  if (modifiedMs === undefined) return 0;
  const unchangedMs = (parseHttpDate(headers.get('date'), nowMs) ?? nowMs) - modifiedMs;
  return Math.min(Math.max(0, Math.floor(unchangedMs * HEURISTIC_SHARE)), LONGEST_HEURISTIC_MS);
}

/**
 * RFC 9111 §4.2.3: how old the response was when its head arrived, the time it took included. `undefined` where nothing
 * tells: the response may be of any age, so it is none to serve without asking.
 */
export function initialAgeMs(
  headers: Fields,
  { requestedAtMs, nowMs }: { readonly requestedAtMs: number; readonly nowMs: number },
): number | undefined {
  const declaredMs = declaredAgeMs(headers.get('age'));
  const dateMs = parseHttpDate(headers.get('date'), nowMs);
  if (declaredMs === undefined && dateMs === undefined) return undefined;
  const apparentMs = dateMs === undefined ? 0 : Math.max(0, nowMs - dateMs);
  // A Date tells whole seconds: less than one of them is no age.
  const wholeApparentMs = apparentMs < 1000 ? 0 : apparentMs;
  return Math.min(Math.max(wholeApparentMs, (declaredMs ?? 0) + Math.max(0, nowMs - requestedAtMs)), OLDEST_MS);
}

/** RFC 9111 §5.1: of a list, a mistake of two caches, the first counts. What is no number is passed over, `undefined`. */
function declaredAgeMs(age: string | undefined): number | undefined {
  if (age === undefined) return 0;
  const first = splitFieldList(age)[0] ?? '';
  return /^\d+$/.test(first) ? Number(first) * 1000 : undefined;
}
