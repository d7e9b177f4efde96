import type { PoolStats } from '@breakwater/redis-pool';
import { counter, gauge, type MetricFamily, sample, secondsHistogram, stateGauge } from './family.ts';

export const poolMetrics: readonly MetricFamily<PoolStats>[] = [
  gauge(
    'redis_health_status',
    'Whether Redis answers: 1 up, 0 not.',
    [],
    ({ health }) => [sample(health === 'up' ? 1 : 0)],
    'min',
  ),
  counter('redis_connections_total', 'Connections to Redis that became ready.', [], ({ connections }) => [
    sample(connections),
  ]),
  counter('redis_connection_errors_total', 'Connection errors.', [], ({ connectionErrors }) => [
    sample(connectionErrors),
  ]),
  stateGauge(
    'breakwater_redis_circuit_state',
    "1 for the state the pool's circuit is in, 0 for the others.",
    'state',
    ['closed', 'open', 'half-open'],
    ({ circuit }) => circuit,
  ),
  gauge('breakwater_redis_lanes', "The pool's connections, by whether they are ready.", ['state'], ({ lanes }) => [
    sample(lanes.ready, { state: 'ready' }),
    sample(lanes.total - lanes.ready, { state: 'away' }),
  ]),
  gauge('breakwater_redis_commands_in_flight', 'Commands that wait for their reply.', [], ({ inFlight }) => [
    sample(inFlight),
  ]),
  counter('breakwater_redis_commands_total', 'Commands that ended, by how.', ['outcome'], (stats) => [
    sample(stats.latencyMs.count - stats.replyErrors, { outcome: 'ok' }),
    sample(stats.replyErrors, { outcome: 'reply-error' }),
    sample(stats.deadlineFailures, { outcome: 'deadline' }),
    sample(stats.outageFailures - stats.deadlineFailures, { outcome: 'outage' }),
    sample(stats.rejections, { outcome: 'rejected' }),
  ]),
  secondsHistogram(
    'breakwater_redis_command_duration_seconds',
    'From dispatch to reply, of commands that Redis answered.',
    ({ latencyMs }) => latencyMs,
  ),
];
