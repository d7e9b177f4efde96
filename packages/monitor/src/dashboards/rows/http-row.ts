import * as units from '@grafana/grafana-foundation-sdk/units';
import { httpHitRate } from '../hit-rates.ts';
import { series } from '../panels.ts';
import { rateBy } from '../promql.ts';

export const httpRow = {
  title: 'HTTP cache',
  panels: () => [
    series({
      title: 'Requests by outcome',
      description: 'What became of the requests that met the HTTP cache.',
      unit: units.RequestsPerSecond,
      queries: [['{{outcome}}', rateBy('outcome', 'breakwater_http_cache_requests_total')]],
      columns: 12,
      stacked: true,
    }),
    series({
      title: 'Hit rate by policy',
      description: 'Of the requests that looked into the cache.',
      unit: units.PercentUnit,
      queries: [['{{policy}}', httpHitRate('policy')]],
      columns: 12,
      max: 1,
    }),
    series({
      title: 'Past the cache, by reason',
      description: 'Requests that were not looked up.',
      unit: units.RequestsPerSecond,
      queries: [['{{reason}}', rateBy('reason', 'breakwater_http_cache_bypass_total')]],
      columns: 8,
      stacked: true,
    }),
    series({
      title: 'Not stored, by reason',
      description: 'Responses of handlers that were not to be stored.',
      unit: units.RequestsPerSecond,
      queries: [['{{reason}}', rateBy('reason', 'breakwater_http_cache_not_stored_total')]],
      columns: 8,
      stacked: true,
    }),
    series({
      title: 'Answered 304',
      description: 'Hits whose client had the current version already.',
      unit: units.RequestsPerSecond,
      queries: [['{{policy}}', rateBy('policy', 'breakwater_http_cache_not_modified_total')]],
      columns: 8,
    }),
  ],
};
