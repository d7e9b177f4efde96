import type { Inspection, PoolStats } from '@breakwater/redis-pool';
import { counter, gauge, type MetricFamily, type Sample, sample, secondsHistogram, stateGauge } from './family.ts';

const HEALTH: Readonly<Record<PoolStats['health'], number>> = { up: 1, degraded: 0.5, starting: 0, down: 0, closed: 0 };

export const poolMetrics: readonly MetricFamily<PoolStats>[] = [
  gauge(
    'redis_health_status',
    'Whether Redis answers: 1 up, 0.5 some nodes of a Cluster only, 0 not.',
    [],
    ({ health }) => [sample(HEALTH[health])],
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
  counter('breakwater_redis_circuit_openings_total', 'Times that the circuit opened.', [], ({ circuitOpenings }) => [
    sample(circuitOpenings),
  ]),
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
    sample(stats.overloads, { outcome: 'overloaded' }),
  ]),
  counter('breakwater_redis_retries_total', 'Commands sent again after an outage failed them.', [], ({ retries }) => [
    sample(retries),
  ]),
  secondsHistogram(
    'breakwater_redis_command_duration_seconds',
    'From dispatch to reply, of commands that Redis answered.',
    ({ latencyMs }) => latencyMs,
  ),
  gauge(
    'breakwater_redis_memory_bytes',
    'Bytes that Redis uses, when it was last inspected.',
    [],
    inspected(({ redis }) => redis.usedMemoryBytes),
    'max',
  ),
  gauge(
    'breakwater_redis_memory_limit_bytes',
    "Redis's maxmemory; 0 without a limit.",
    [],
    inspected(({ redis }) => redis.maxMemoryBytes),
    'max',
  ),
  counter(
    'breakwater_redis_evicted_keys_total',
    'Keys that Redis evicted to stay within its maxmemory.',
    [],
    inspected(({ redis }) => redis.evictedKeys),
    'max',
  ),
  gauge(
    'breakwater_redis_connected_clients',
    'Clients of Redis, of whatever application.',
    [],
    inspected(({ redis }) => redis.connectedClients),
    'max',
  ),
  gauge(
    'breakwater_redis_clock_offset_seconds',
    "How far Redis's clock is ahead of the process's.",
    [],
    inspected(({ clock }) => clock && clock.offsetMs / 1000),
    'max',
  ),
];

/** No sample where Redis was not inspected yet, or did not say it. */
function inspected(value: (inspection: Inspection) => number | undefined): (stats: PoolStats) => Sample[] {
  return ({ inspection }) => {
    const told = inspection && value(inspection);
    return told === undefined ? [] : [sample(told)];
  };
}
