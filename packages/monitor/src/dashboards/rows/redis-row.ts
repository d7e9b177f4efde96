import * as units from '@grafana/grafana-foundation-sdk/units';
import { quantiles, series } from '../panels.ts';
import { gaugeBy, highestBy, rateBy } from '../promql.ts';

export const redisRow = {
  title: 'Redis',
  panels: () => [
    series({
      title: 'Latency',
      description: 'From dispatch to reply, of commands that Redis answered.',
      unit: units.Seconds,
      queries: quantiles('breakwater_redis_command_duration_seconds'),
      columns: 12,
    }),
    series({
      title: 'Commands by outcome',
      description: 'rejected: refused at once while the circuit was open.',
      unit: units.OpsPerSecond,
      queries: [['{{outcome}}', rateBy('outcome', 'breakwater_redis_commands_total')]],
      columns: 12,
      stacked: true,
    }),
    series({
      title: 'Circuit',
      description: 'Instances whose circuit is in each state.',
      unit: units.Short,
      queries: [['{{state}}', gaugeBy('state', 'breakwater_redis_circuit_state')]],
      columns: 8,
      stacked: true,
    }),
    series({
      title: 'Connections',
      description: 'Lanes by whether they are ready, and commands that wait for their reply.',
      unit: units.Short,
      queries: [
        ['lanes {{state}}', gaugeBy('state', 'breakwater_redis_lanes')],
        ['in flight', gaugeBy('', 'breakwater_redis_commands_in_flight')],
      ],
      columns: 8,
    }),
    series({
      title: 'Connecting',
      description: 'Connections that became ready, and errors of connections.',
      unit: units.OpsPerSecond,
      queries: [
        ['ready', rateBy('', 'redis_connections_total')],
        ['errors', rateBy('', 'redis_connection_errors_total')],
      ],
      columns: 8,
    }),
    series({
      title: 'Memory of Redis',
      description: 'When the pool last inspected it, and its maxmemory: 0 without a limit.',
      unit: units.BytesIEC,
      queries: [
        ['{{name}} used', highestBy('name', 'breakwater_redis_memory_bytes')],
        ['{{name}} limit', highestBy('name', 'breakwater_redis_memory_limit_bytes')],
      ],
      columns: 12,
    }),
    series({
      title: 'Clients of Redis',
      description: 'When the pool last inspected it, of whatever application.',
      unit: units.Short,
      queries: [['{{name}}', highestBy('name', 'breakwater_redis_connected_clients')]],
      columns: 12,
    }),
  ],
};
