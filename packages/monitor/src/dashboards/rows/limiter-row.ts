import * as units from '@grafana/grafana-foundation-sdk/units';
import { series } from '../panels.ts';
import { gaugeBy, rateBy } from '../promql.ts';

export const limiterRow = {
  title: 'Rate limits',
  panels: () => [
    series({
      title: 'Decisions by plan',
      description: 'Requests allowed and denied.',
      unit: units.RequestsPerSecond,
      queries: [['{{plan}} {{decision}}', rateBy('plan, decision', 'breakwater_rate_limit_decisions_total')]],
      columns: 16,
    }),
    series({
      title: 'Where limits are counted',
      description: 'Instances by tier. local: Redis is away, each instance counts for itself.',
      unit: units.Short,
      queries: [['{{tier}}', gaugeBy('tier', 'breakwater_rate_limit_tier')]],
      columns: 8,
      stacked: true,
    }),
  ],
};
