export {
  RedisArgumentError,
  RedisConnectionLostError,
  RedisPoolClosedError,
  RedisSharedConnectionError,
} from './errors.ts';
export type { RedisPoolEvents } from './events.ts';
export type { BreakerOptions, ConnectionSettings, RedisPoolOptions } from './options.ts';
export { createRedisPool, type RedisPool } from './pool.ts';
export type { CircuitState, PoolHealth, PoolStats } from './stats.ts';
