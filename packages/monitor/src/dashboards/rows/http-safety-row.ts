import * as units from '@grafana/grafana-foundation-sdk/units';
import { series } from '../panels.ts';
import { highestBy, increaseBy, rateBy } from '../promql.ts';

export const httpSafetyRow = {
  title: 'HTTP cache: safety and fleet',
  panels: () => [
    series({
      title: 'Leaks',
      description:
        'Stored responses that are not for everybody who is sent them, as the sentinel found. Also what its key forgets.',
      unit: units.Short,
      queries: [
        ['leaked: {{policy}}', increaseBy('policy', 'breakwater_http_cache_leaks_total')],
        ['under-keyed: {{policy}}', increaseBy('policy', 'breakwater_http_cache_under_keyed_total')],
      ],
      columns: 8,
    }),
    series({
      title: 'In quarantine',
      description: '1 for a policy that any instance neither stores nor serves because it leaked.',
      unit: units.Short,
      queries: [['{{policy}}', highestBy('policy', 'breakwater_http_cache_quarantined')]],
      columns: 8,
      max: 1,
    }),
    series({
      title: 'Strangers asked',
      description: "The sentinel's looks, by whether there was anything to compare. None: it is off, or blind.",
      unit: units.RequestsPerSecond,
      queries: [['{{outcome}}', rateBy('outcome', 'breakwater_http_cache_shadows_total')]],
      columns: 8,
      stacked: true,
    }),
    series({
      title: 'Key firewall',
      description: 'Requests whose URL or host was not taken for a key, and responses that were one key too many.',
      unit: units.RequestsPerSecond,
      queries: [
        ['{{reason}}', rateBy('reason', 'breakwater_http_cache_bypass_total', 'reason=~"path|query|authority"')],
        ['{{reason}}', rateBy('reason', 'breakwater_http_cache_not_stored_total', 'reason=~"max-keys|variants"')],
      ],
      columns: 8,
      stacked: true,
    }),
    series({
      title: 'One run for the fleet',
      description: 'Runs of handlers that no other instance repeated: here, or elsewhere while this one waited.',
      unit: units.RequestsPerSecond,
      queries: [['{{run}}', rateBy('run', 'breakwater_http_cache_fleet_fills_total')]],
      columns: 8,
      stacked: true,
    }),
    series({
      title: 'Purges',
      description: 'By what named the responses.',
      unit: units.Short,
      queries: [['{{by}}', increaseBy('by', 'breakwater_http_cache_purges_total')]],
      columns: 8,
    }),
  ],
};
