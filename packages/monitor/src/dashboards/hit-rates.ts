import { rateBy } from './promql.ts';

const LOOKED_UP = 'outcome!="bypass"';
const SERVED = 'outcome=~"hit-memory|hit-redis|coalesced"';

/** Of the requests that looked into the HTTP cache, those served without running the handler again. */
export function httpHitRate(labels: string): string {
  const requests = 'breakwater_http_cache_requests_total';
  return `${rateBy(labels, requests, SERVED)} / ${rateBy(labels, requests, LOOKED_UP)}`;
}

/** Of the lookups in the caches, those that found a value. */
export function cacheHitRate(labels: string): string {
  const hits = rateBy(labels, 'breakwater_cache_hits_total');
  return `${hits} / (${hits} + ${rateBy(labels, 'breakwater_cache_misses_total')})`;
}
