import * as units from '@grafana/grafana-foundation-sdk/units';
import { cacheHitRate } from '../hit-rates.ts';
import { quantiles, series } from '../panels.ts';
import { gaugeBy, highestBy, rateBy } from '../promql.ts';

export const cacheRow = {
  title: 'Cache',
  panels: () => [
    series({
      title: 'Lookups',
      description: 'By the tier that had the value, or none; and what went past the cache.',
      unit: units.OpsPerSecond,
      queries: [
        ['hit {{tier}}', rateBy('tier', 'breakwater_cache_hits_total')],
        ['miss', rateBy('', 'breakwater_cache_misses_total')],
        ['bypass', rateBy('', 'breakwater_cache_bypass_total')],
      ],
      columns: 8,
      stacked: true,
    }),
    series({
      title: 'Hit rate by policy',
      description: 'Of the lookups under each policy.',
      unit: units.PercentUnit,
      queries: [['{{name}} {{policy}}', cacheHitRate('name, policy')]],
      columns: 8,
      max: 1,
    }),
    series({
      title: 'Loads',
      description: 'Loader runs, those that failed, and callers spared a run because one was under way.',
      unit: units.OpsPerSecond,
      queries: [
        ['loads', rateBy('', 'breakwater_cache_loads_total')],
        ['failed', rateBy('', 'breakwater_cache_load_errors_total')],
        ['coalesced', rateBy('', 'breakwater_cache_coalesced_total')],
        ['fenced', rateBy('', 'breakwater_cache_fenced_total')],
      ],
      columns: 8,
    }),
    series({
      title: 'Memory',
      description: 'Bytes in the memory tiers, and what they may hold.',
      unit: units.BytesIEC,
      queries: [
        ['{{name}} used', gaugeBy('name', 'breakwater_cache_memory_bytes')],
        ['{{name}} limit', gaugeBy('name', 'breakwater_cache_memory_limit_bytes')],
      ],
      columns: 8,
    }),
    series({
      title: 'Entries',
      description: 'Entries in the memory tiers.',
      unit: units.Short,
      queries: [['{{name}}', gaugeBy('name', 'breakwater_cache_memory_entries')]],
      columns: 8,
    }),
    series({
      title: 'Evictions',
      description: 'Entries pushed out of a full memory tier.',
      unit: units.OpsPerSecond,
      queries: [['{{name}}', rateBy('name', 'breakwater_cache_memory_evictions_total')]],
      columns: 8,
    }),
    series({
      title: 'Load time',
      description: 'Of loader runs.',
      unit: units.Seconds,
      queries: quantiles('breakwater_cache_load_duration_seconds'),
      columns: 8,
    }),
    series({
      title: 'Invalidations',
      description: 'By what named the entries.',
      unit: units.OpsPerSecond,
      queries: [['{{by}}', rateBy('by', 'breakwater_cache_invalidations_total')]],
      columns: 8,
    }),
    series({
      title: 'Bus',
      description:
        'Invalidation messages between instances, and what became of a possible loss: a replay, or a drop of the memory tier.',
      unit: units.OpsPerSecond,
      queries: [
        ['{{direction}}', rateBy('direction', 'breakwater_cache_bus_messages_total')],
        ['replays', rateBy('', 'breakwater_cache_bus_replays_total')],
        ['flushes', rateBy('', 'breakwater_cache_bus_flushes_total')],
      ],
      columns: 8,
    }),
    series({
      title: 'Stale values',
      description: 'Stale values served, and loads begun in the background for them.',
      unit: units.OpsPerSecond,
      queries: [
        ['served', rateBy('', 'breakwater_cache_stale_total')],
        ['refreshes', rateBy('', 'breakwater_cache_refreshes_total')],
      ],
      columns: 8,
    }),
    series({
      title: 'Bus lag',
      description:
        'How long the last heartbeat took to come back from Redis: about the time that an invalidation takes.',
      unit: units.Seconds,
      queries: [['{{name}}', highestBy('name', 'breakwater_cache_bus_lag_seconds')]],
      columns: 8,
    }),
    series({
      title: 'Buffered writes',
      description: 'Writes that Redis is to get later, of the policies that write back.',
      unit: units.Short,
      queries: [['{{name}}', gaugeBy('name', 'breakwater_cache_write_back_entries')]],
      columns: 8,
    }),
  ],
};
