import type { RequestControl } from './cache-control.ts';

/** What a stored response allows, apart from its bytes. */
export interface ReuseTerms {
  /** From its making, its age when it was stored included. */
  readonly lifetimeMs: number;
  readonly staleWhileRevalidateMs: number;
  readonly staleIfErrorMs: number;
  /** `always`: never without asking its origin (`no-cache`). `when-stale`: never stale (`must-revalidate`). */
  readonly validation: 'none' | 'when-stale' | 'always';
}

/**
 * `fresh`: served. `stale`: served, and refreshed in the background. `ask`: not before the handler was asked, though it
 * may say that nothing changed.
 */
export type Reuse = 'fresh' | 'stale' | 'ask';

/**
 * Whether a stored response of this age answers a request: RFC 9111 §4.2.4, §5.2.1, RFC 5861 §3.
 *
 * @param wishes the request's directives, as far as they are followed.
 */
export function reuseOf(terms: ReuseTerms, ageMs: number, wishes: RequestControl): Reuse {
  if (terms.validation === 'always' || wishes.has('no-cache')) return 'ask';
  const freshMs = terms.lifetimeMs - ageMs;
  const maxAge = wishes.seconds('max-age');
  // `max-age=0` is how a browser's reload asks for a new response, so a brand-new stored one does not do either.
  if (maxAge === 0 || (maxAge !== undefined && ageMs > maxAge * 1000)) return 'ask';
  const minFresh = wishes.seconds('min-fresh');
  if (freshMs <= 0) return minFresh === undefined ? staleReuseOf(terms, -freshMs, wishes) : 'ask';
  return minFresh !== undefined && freshMs < minFresh * 1000 ? 'ask' : 'fresh';
}

/** @param staleMs for how long it has been stale. */
function staleReuseOf(terms: ReuseTerms, staleMs: number, wishes: RequestControl): Reuse {
  if (terms.validation !== 'none') return 'ask';
  // RFC 9111 §5.2.1.2: without an argument, of any staleness.
  if (wishes.has('max-stale') && staleMs <= (maxStaleMs(wishes) ?? Number.POSITIVE_INFINITY)) return 'fresh';
  // §5.2.1.1: who limits the age wants nothing that is staler than that.
  return staleMs < terms.staleWhileRevalidateMs && !wishes.has('max-age') ? 'stale' : 'ask';
}

function maxStaleMs(wishes: RequestControl): number | undefined {
  const seconds = wishes.seconds('max-stale');
  return wishes.hasArgument('max-stale') && seconds !== undefined ? seconds * 1000 : undefined;
}

/** RFC 5861 §4, RFC 9111 §4.2.4: whether it is better than the error that its origin answers with. */
export function servesOnError(terms: ReuseTerms, ageMs: number): boolean {
  return terms.validation === 'none' && ageMs < terms.lifetimeMs + terms.staleIfErrorMs;
}

/** How long from now on a response is of any use: fresh at first, then to be served stale, or to be asked about. */
export interface Usefulness {
  readonly freshMs: number;
  readonly staleMs: number;
}

/** RFC 9111 §5.2.2.1 allows for any number of seconds; a cache keeps nothing for longer than a year. */
const LONGEST_MS = 365 * 86_400_000;

/** Of a response of this age. */
export function usefulness(terms: ReuseTerms, ageMs: number, keptForValidationMs: number): Usefulness {
  const windowMs = Math.max(
    keptForValidationMs,
    terms.validation === 'none' ? Math.max(terms.staleWhileRevalidateMs, terms.staleIfErrorMs) : 0,
  );
  const freshMs = Math.min(Math.max(0, terms.lifetimeMs - ageMs), LONGEST_MS);
  return { freshMs, staleMs: Math.min(windowMs, LONGEST_MS - freshMs) };
}

/** The terms of a response that was fresh for only so long since it was stored, which at that time had this age. */
export function cutShort(terms: ReuseTerms, initialAgeMs: number, freshForMs: number): ReuseTerms {
  if (freshForMs >= Math.min(terms.lifetimeMs - initialAgeMs, LONGEST_MS)) return terms;
  return { ...terms, lifetimeMs: initialAgeMs + freshForMs };
}
