import type { CacheOutcomes, CacheStats } from '@breakwater/cache';
import { counter, gauge, type MetricFamily, type Sample, sample, secondsHistogram, stateGauge } from './family.ts';

export const cacheMetrics: readonly MetricFamily<CacheStats>[] = [
  counter('breakwater_cache_hits_total', 'Values found, by the tier that had them.', ['policy', 'tier'], (stats) =>
    eachPolicy(stats, (policy, { hitMemory, hitRedis }) => [
      sample(hitMemory, { policy, tier: 'memory' }),
      sample(hitRedis, { policy, tier: 'redis' }),
    ]),
  ),
  byPolicy('breakwater_cache_misses_total', 'Values found in no tier.', ({ miss }) => miss),
  byPolicy(
    'breakwater_cache_bypass_total',
    'Keys asked for past the cache, because it was switched off or the call said so: neither hits nor misses.',
    ({ bypass }) => bypass,
  ),
  byPolicy(
    'breakwater_cache_stale_total',
    'Stale values served, while a refresh ran or because the loader failed.',
    ({ stale }) => stale,
  ),
  byPolicy(
    'breakwater_cache_refreshes_total',
    'Loads begun in the background for a stale value.',
    ({ refreshes }) => refreshes,
  ),
  byPolicy(
    'breakwater_cache_coalesced_total',
    'Callers that waited for a load another caller had begun.',
    ({ coalesced }) => coalesced,
  ),
  byPolicy('breakwater_cache_loads_total', 'Loader runs.', ({ loads }) => loads),
  byPolicy('breakwater_cache_load_errors_total', 'Loader runs that failed.', ({ loadErrors }) => loadErrors),
  byPolicy('breakwater_cache_sets_total', 'Values stored.', ({ sets }) => sets),
  byPolicy(
    'breakwater_cache_fenced_total',
    'Loaded values not kept because an invalidation came during the load.',
    ({ fenced }) => fenced,
  ),
  byPolicy(
    'breakwater_cache_too_large_total',
    'Values not kept because they are over maxEntrySize.',
    ({ tooLarge }) => tooLarge,
  ),
  counter('breakwater_cache_invalidations_total', 'Invalidations, by what named the entries.', ['by'], (stats) =>
    Object.entries(stats.invalidations).map(([by, calls]) => sample(calls, { by })),
  ),
  counter('breakwater_cache_invalidation_reasons_total', 'Invalidations, by why.', ['reason'], (stats) =>
    Object.entries(stats.reasons).map(([reason, calls]) => sample(calls, { reason })),
  ),
  byPolicy(
    'breakwater_cache_leases_taken_total',
    'Loads that were the only one of the fleet.',
    ({ leasesTaken }) => leasesTaken,
  ),
  byPolicy(
    'breakwater_cache_leases_awaited_total',
    'Loads that waited for the load of another process.',
    ({ leasesAwaited }) => leasesAwaited,
  ),
  byPolicy(
    'breakwater_cache_leases_timed_out_total',
    'Loads that waited for that of another process for as long as they may.',
    ({ leasesTimedOut }) => leasesTimedOut,
  ),
  gauge('breakwater_cache_memory_bytes', 'Bytes held by the memory tier.', [], ({ memory }) => [sample(memory.bytes)]),
  gauge('breakwater_cache_memory_limit_bytes', 'Bytes the memory tier may hold.', [], ({ memory }) => [
    sample(memory.maxBytes),
  ]),
  gauge('breakwater_cache_memory_entries', 'Entries in the memory tier.', [], ({ memory }) => [sample(memory.entries)]),
  gauge('breakwater_cache_memory_limit_entries', 'Entries the memory tier may hold.', [], ({ memory }) => [
    sample(memory.maxEntries),
  ]),
  counter('breakwater_cache_memory_evictions_total', 'Entries pushed out of a full memory tier.', [], ({ memory }) => [
    sample(memory.evictions),
  ]),
  counter('breakwater_cache_memory_expiries_total', 'Entries found at the end of their lifetime.', [], ({ memory }) => [
    sample(memory.expiries),
  ]),
  stateGauge(
    'breakwater_cache_redis_state',
    "1 for the state of the cache's Redis tier, 0 for the others.",
    'state',
    ['off', 'up', 'down'],
    ({ redis }) => redis.state,
  ),
  counter('breakwater_cache_redis_errors_total', 'Redis calls of the cache that failed.', [], ({ redis }) => [
    sample(redis.errors),
  ]),
  counter(
    'breakwater_cache_unreadable_frames_total',
    'Entries in Redis that could not be read, each counted as a miss.',
    [],
    ({ redis }) => [sample(redis.unreadableFrames)],
  ),
  gauge(
    'breakwater_cache_bus_connected',
    'Whether invalidations of other instances arrive: 1 yes, 0 no.',
    [],
    ({ bus }) => [sample(bus.connected ? 1 : 0)],
    'min',
  ),
  counter('breakwater_cache_bus_messages_total', 'Invalidation messages.', ['direction'], ({ bus }) => [
    sample(bus.published, { direction: 'published' }),
    sample(bus.received, { direction: 'received' }),
  ]),
  counter(
    'breakwater_cache_bus_flushes_total',
    'Times the memory tier was dropped because messages may have been missed.',
    [],
    ({ bus }) => [sample(bus.flushes)],
  ),
  counter(
    'breakwater_cache_bus_replays_total',
    'Times that missed messages were made up for from the record.',
    [],
    ({ bus }) => [sample(bus.replays)],
  ),
  gauge(
    'breakwater_cache_bus_instances',
    'Other instances of the namespace that were heard lately.',
    [],
    ({ bus }) => [sample(bus.instances)],
    'min',
  ),
  gauge(
    'breakwater_cache_bus_lag_seconds',
    'How long the last heartbeat took to come back from Redis.',
    [],
    ({ bus }) => (bus.lagMs === undefined ? [] : [sample(bus.lagMs / 1000)]),
    'max',
  ),
  gauge('breakwater_cache_write_back_bytes', 'Bytes of the writes that Redis is to get later.', [], ({ writeBack }) => [
    sample(writeBack.bytes),
  ]),
  gauge('breakwater_cache_write_back_entries', 'Writes that Redis is to get later.', [], ({ writeBack }) => [
    sample(writeBack.buffered),
  ]),
  counter(
    'breakwater_cache_write_back_writes_total',
    'Buffered writes, by what became of them: sent, written through for want of room, lost at the end of the process.',
    ['outcome'],
    ({ writeBack }) => [
      sample(writeBack.flushed, { outcome: 'flushed' }),
      sample(writeBack.overflowed, { outcome: 'overflowed' }),
      sample(writeBack.dropped, { outcome: 'dropped' }),
    ],
  ),
  secondsHistogram(
    'breakwater_cache_redis_lookup_duration_seconds',
    'One lookup in Redis, from the first of those that left with it to the answer.',
    ({ latencyMs }) => latencyMs.redis,
  ),
  secondsHistogram('breakwater_cache_load_duration_seconds', 'One loader run.', ({ latencyMs }) => latencyMs.load),
];

function byPolicy(name: string, help: string, value: (outcomes: CacheOutcomes) => number): MetricFamily<CacheStats> {
  return counter(name, help, ['policy'], (stats) =>
    eachPolicy(stats, (policy, outcomes) => [sample(value(outcomes), { policy })]),
  );
}

function eachPolicy(stats: CacheStats, read: (policy: string, outcomes: CacheOutcomes) => Sample[]): Sample[] {
  return Object.entries(stats.policies).flatMap(([policy, outcomes]) => read(policy, outcomes));
}
