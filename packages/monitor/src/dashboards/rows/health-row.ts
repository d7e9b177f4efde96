import * as units from '@grafana/grafana-foundation-sdk/units';
import { cacheHitRate, httpHitRate } from '../hit-rates.ts';
import { number } from '../panels.ts';
import { gaugeBy, highest, increaseBy, lowest } from '../promql.ts';

const HIT_RATE_STEPS = [
  { value: null, color: 'red' },
  { value: 0.7, color: 'green' },
];

const alertFrom = (value: number) => [
  { value: null, color: 'green' },
  { value, color: 'red' },
];

export const healthRow = {
  title: 'Health',
  panels: () => [
    number({
      title: 'Redis',
      description: 'Of the worst instance.',
      unit: units.Short,
      expression: lowest('redis_health_status'),
      thresholds: [
        { value: null, color: 'red' },
        { value: 0.5, color: 'orange' },
        { value: 1, color: 'green' },
      ],
      words: {
        '0': { text: 'Away', color: 'red' },
        '0.5': { text: 'Partly', color: 'orange' },
        '1': { text: 'Up', color: 'green' },
      },
    }),
    number({
      title: 'Circuit',
      description: 'Open on any instance: commands are refused at once, of a Cluster at least those for one node.',
      unit: units.Short,
      expression: highest('breakwater_redis_circuit_state', 'state="open"'),
      thresholds: alertFrom(1),
      words: { '0': { text: 'Closed', color: 'green' }, '1': { text: 'Open', color: 'red' } },
    }),
    number({
      title: 'HTTP hit rate',
      description: 'Of the requests that looked into the cache.',
      unit: units.PercentUnit,
      expression: httpHitRate(''),
      thresholds: HIT_RATE_STEPS,
    }),
    number({
      title: 'Cache hit rate',
      description: 'Of all lookups, over all policies.',
      unit: units.PercentUnit,
      expression: cacheHitRate(''),
      thresholds: HIT_RATE_STEPS,
    }),
    number({
      title: 'Memory used',
      description: 'Of the bytes the memory tiers may hold.',
      unit: units.PercentUnit,
      expression: `${gaugeBy('', 'breakwater_cache_memory_bytes')} / ${gaugeBy('', 'breakwater_cache_memory_limit_bytes')}`,
      thresholds: alertFrom(0.9),
    }),
    number({
      title: 'Parts not readable',
      description: 'Failures of stats() in the last minutes: the numbers below are then incomplete.',
      unit: units.Short,
      expression: increaseBy('', 'breakwater_monitor_stats_failures_total'),
      thresholds: alertFrom(1),
    }),
  ],
};
