import type { HttpCacheStats, HttpOutcomes } from '@breakwater/http-cache';
import { pastHttpCache, sumOf } from '../hit-rate.ts';
import { counter, gauge, type MetricFamily, type Sample, sample } from './family.ts';

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
  byPolicy('breakwater_http_cache_not_modified_total', 'Hits answered with 304.', ({ notModified }) => notModified),
  counter(
    'breakwater_http_cache_fleet_fills_total',
    'Runs of a handler that were the only one of the fleet, by where: here, or elsewhere while this instance waited.',
    ['policy', 'run'],
    (stats) =>
      eachPolicy(stats, (policy, { fleetFills, filledElsewhere }) => [
        sample(fleetFills, { policy, run: 'here' }),
        sample(filledElsewhere, { policy, run: 'elsewhere' }),
      ]),
  ),
  counter('breakwater_http_cache_purges_total', 'Purges, by what named the responses.', ['by'], ({ purges }) =>
    Object.entries(purges).map(([by, calls]) => sample(calls, { by })),
  ),
  counter(
    'breakwater_http_cache_shadows_total',
    "The sentinel's looks at what strangers are answered, by whether there was anything to compare.",
    ['policy', 'outcome'],
    (stats) =>
      eachPolicy(stats, (policy, { shadows, shadowsFailed }) => [
        sample(shadows, { policy, outcome: 'compared' }),
        sample(shadowsFailed, { policy, outcome: 'failed' }),
      ]),
  ),
  byPolicy(
    'breakwater_http_cache_leaks_total',
    'Stored responses that are not for everybody who is sent them, as the sentinel found.',
    ({ leaks }) => leaks,
  ),
  gauge(
    'breakwater_http_cache_quarantined',
    'Whether the sentinel has the policy in quarantine: 1 yes, 0 no.',
    ['policy'],
    (stats) => eachPolicy(stats, (policy) => [sample(stats.quarantined.includes(policy) ? 1 : 0, { policy })]),
    'max',
  ),
  byPolicy(
    'breakwater_http_cache_under_keyed_total',
    'Responses whose handler read what their key does not cover.',
    ({ underKeyed }) => underKeyed,
  ),
];

function byPolicy(name: string, help: string, value: (outcomes: HttpOutcomes) => number): MetricFamily<HttpCacheStats> {
  return counter(name, help, ['policy'], (stats) =>
    eachPolicy(stats, (policy, outcomes) => [sample(value(outcomes), { policy })]),
  );
}

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
