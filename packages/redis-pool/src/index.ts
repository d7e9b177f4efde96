export type { BreakerOptions } from './breaker-options.ts';
export type { CircuitOpening, CloseCause } from './circuit.ts';
export type { CircuitControl } from './circuits.ts';
export type { Client } from './clients.ts';
export { parseClusterNodes } from './cluster-nodes.ts';
export type { CommandKind } from './command-kinds.ts';
export { type DoctorOptions, doctor } from './doctor/doctor.ts';
export type { Finding, FindingCode, RedisUse, Severity } from './doctor/finding.ts';
export type { ClusterSettings, SentinelSettings } from './endpoint.ts';
export {
  RedisArgumentError,
  RedisConnectionLostError,
  RedisOverloadedError,
  RedisPoolClosedError,
  RedisSharedConnectionError,
} from './errors.ts';
export type { RedisPoolEvents } from './events.ts';
export type { ClockReading, Inspection } from './inspection.ts';
export type { LimitOptions } from './limit-options.ts';
export type { InterruptedNode } from './node-circuits.ts';
export type { ConnectionSettings, RedisPoolOptions } from './options.ts';
export { createRedisPool, type RedisPool } from './pool.ts';
export type { RedisFacts } from './redis-facts.ts';
export type { RetryOptions } from './retry-options.ts';
export type { CircuitState, PoolHealth, PoolStats } from './stats.ts';
