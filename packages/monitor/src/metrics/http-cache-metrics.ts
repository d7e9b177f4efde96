import type { HttpCacheStats, HttpOutcomes } from '@breakwater/http-cache';
import { pastHttpCache, sumOf } from '../hit-rate.ts';
import { counter, type MetricFamily, type Sample, sample } from './family.ts';

export const httpCacheMetrics: readonly MetricFamily<HttpCacheStats>[] = [
  counter(
    'breakwater_http_cache_requests_total',
    'Requests that met the HTTP cache, by what became of them.',
    ['policy', 'outcome'],
    (stats) =>
      eachPolicy(stats, (policy, outcomes) => [
        sample(outcomes.hitMemory, { policy, outcome: 'hit-memory' }),
        sample(outcomes.hitRedis, { policy, outcome: 'hit-redis' }),
        sample(outcomes.coalesced, { policy, outcome: 'coalesced' }),
        sample(outcomes.stored, { policy, outcome: 'stored' }),
        sample(sumOf(outcomes.notStored), { policy, outcome: 'not-stored' }),
        sample(sumOf(pastHttpCache(outcomes)), { policy, outcome: 'bypass' }),
      ]),
  ),
  byReason(
    'breakwater_http_cache_not_stored_total',
    'Responses that were not to be stored, by why.',
    ({ notStored }) => notStored,
  ),
  byReason('breakwater_http_cache_bypass_total', 'Requests that went past the cache, by why.', pastHttpCache),
  counter(
    'breakwater_http_cache_beyond_lifetime_total',
    'Stored responses beyond their lifetime, by what became of them.',
    ['policy', 'outcome'],
    (stats) =>
      eachPolicy(stats, (policy, { stale, staleIfError, revalidated }) => [
        sample(stale, { policy, outcome: 'stale-while-revalidate' }),
        sample(staleIfError, { policy, outcome: 'stale-if-error' }),
        sample(revalidated, { policy, outcome: 'revalidated' }),
      ]),
  ),
  counter('breakwater_http_cache_not_modified_total', 'Hits answered with 304.', ['policy'], (stats) =>
    eachPolicy(stats, (policy, { notModified }) => [sample(notModified, { policy })]),
  ),
];

function byReason(
  name: string,
  help: string,
  counts: (outcomes: HttpOutcomes) => Readonly<Record<string, number>>,
): MetricFamily<HttpCacheStats> {
  return counter(name, help, ['policy', 'reason'], (stats) =>
    eachPolicy(stats, (policy, outcomes) =>
      Object.entries(counts(outcomes)).map(([reason, count]) => sample(count, { policy, reason })),
    ),
  );
}

function eachPolicy(stats: HttpCacheStats, read: (policy: string, outcomes: HttpOutcomes) => Sample[]): Sample[] {
  return Object.entries(stats.policies).flatMap(([policy, outcomes]) => read(policy, outcomes));
}
