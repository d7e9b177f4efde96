import type { CacheOutcomes } from '@breakwater/cache';
import type { HttpOutcomes } from '@breakwater/http-cache';

/** A share between 0 and 1; `null` where nothing happened yet, because 0 would be a lie. */
export type Rate = number | null;

export function rateOf(part: number, whole: number): Rate {
  return whole > 0 ? part / whole : null;
}

export function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** Lookups in the cache: what was found and what was not. What went past it was not looked up. */
export function cacheLookups(outcomes: CacheOutcomes): { readonly hits: number; readonly total: number } {
  const hits = outcomes.hitMemory + outcomes.hitRedis;
  return { hits, total: hits + outcomes.miss };
}

/** Requests that looked into the cache, and those among them that were served without running the handler again. */
export function httpLookups(outcomes: HttpOutcomes): { readonly hits: number; readonly total: number } {
  const hits = outcomes.hitMemory + outcomes.hitRedis + outcomes.coalesced;
  return { hits, total: hits + outcomes.stored + sumOf(outcomes.notStored) };
}

/**
 * Requests that went past the HTTP cache, by reason. What a route's policy took over from the application's is counted
 * under the route's, and would be there twice.
 */
export function pastHttpCache({ bypass }: HttpOutcomes): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(bypass).filter(([reason]) => reason !== 'route-policy'));
}
