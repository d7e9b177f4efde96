import * as units from '@grafana/grafana-foundation-sdk/units';
import { series } from '../panels.ts';
import { rateBy } from '../promql.ts';

export const sessionRow = {
  title: 'Sessions',
  panels: () => [
    series({
      title: 'Operations',
      description: "The session store's operations.",
      unit: units.OpsPerSecond,
      queries: [['{{operation}}', rateBy('operation', 'breakwater_session_operations_total')]],
      columns: 12,
    }),
    series({
      title: 'Reads',
      description: 'Reads that found a session, records that could not be opened, and failed Redis calls.',
      unit: units.OpsPerSecond,
      queries: [
        ['found', rateBy('', 'breakwater_session_found_total')],
        ['unreadable', rateBy('', 'breakwater_session_unreadable_total')],
        ['Redis errors', rateBy('', 'breakwater_session_redis_errors_total')],
      ],
      columns: 12,
    }),
  ],
};
