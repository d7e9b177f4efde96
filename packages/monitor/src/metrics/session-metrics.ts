import type { SessionStats } from '@breakwater/session';
import { counter, type MetricFamily, sample, stateGauge } from './family.ts';

export const sessionMetrics: readonly MetricFamily<SessionStats>[] = [
  counter('breakwater_session_operations_total', "The session store's operations.", ['operation'], (stats) => [
    sample(stats.reads, { operation: 'read' }),
    sample(stats.writes, { operation: 'write' }),
    sample(stats.touches, { operation: 'touch' }),
    sample(stats.destroyed, { operation: 'destroy' }),
  ]),
  counter('breakwater_session_found_total', 'Reads that found a session.', [], ({ found }) => [sample(found)]),
  counter('breakwater_session_unreadable_total', 'Records that could not be opened.', [], ({ unreadable }) => [
    sample(unreadable),
  ]),
  counter('breakwater_session_redis_errors_total', 'Redis calls of the session store that failed.', [], (stats) => [
    sample(stats.redisErrors),
  ]),
  stateGauge(
    'breakwater_session_tier',
    '1 for where sessions are kept, 0 for the other.',
    'tier',
    ['redis', 'memory'],
    ({ tier }) => tier,
  ),
];
