import type { CacheStats } from '@breakwater/cache';
import type { RateLimitStats } from '@breakwater/rate-limit';
import type { PoolStats } from '@breakwater/redis-pool';
import type { PartKind } from './parts.ts';
import type { Reading } from './reading.ts';

/**
 * `degraded`: something is away and requests are served all the same. `unhealthy`: this instance should get none.
 */
export type HealthStatus = 'healthy' | 'degraded' | 'unhealthy';

export type RedisOutage = 'degraded' | 'unhealthy';

/** Why a part is not healthy. `code` is from a closed set, `detail` is for people. */
export interface HealthReason {
  readonly status: Exclude<HealthStatus, 'healthy'>;
  readonly code:
    | 'pool-closed'
    | 'redis-down'
    | 'redis-partly-down'
    | 'redis-starting'
    | 'cache-redis-down'
    | 'bus-away'
    | 'limiter-local'
    | 'stats-unreadable';
  readonly part: PartKind;
  readonly name: string;
  readonly detail: string;
}

type Finding = Pick<HealthReason, 'status' | 'code' | 'detail'>;

/** Every reason there is, by part. No reason: healthy. */
export function healthReasons(reading: Reading, redisOutage: RedisOutage): HealthReason[] {
  const { pool, cache, limiter } = reading.parts;
  return [
    ...pool.flatMap(({ name, stats }) => at('pool', name, poolFinding(stats, redisOutage))),
    ...cache.flatMap(({ name, stats }) => at('cache', name, cacheFinding(stats, redisOutage))),
    ...limiter.flatMap(({ name, stats }) => at('limiter', name, limiterFinding(stats, redisOutage))),
    ...reading.unreadable.flatMap(({ part, name }) => at(part, name, UNREADABLE)),
  ];
}

/** The worst of the reasons. */
export function healthStatus(reasons: readonly HealthReason[]): HealthStatus {
  if (reasons.some(({ status }) => status === 'unhealthy')) return 'unhealthy';
  return reasons.length > 0 ? 'degraded' : 'healthy';
}

const UNREADABLE: Finding = {
  status: 'degraded',
  code: 'stats-unreadable',
  detail: 'Its stats() failed, so its state is unknown.',
};

function poolFinding({ health, circuit }: PoolStats, redisOutage: RedisOutage): Finding | undefined {
  switch (health) {
    case 'closed':
      // A closed pool never comes back: the instance is shutting down, or nobody noticed that it cannot recover.
      return { status: 'unhealthy', code: 'pool-closed', detail: 'The Redis pool was closed and will not reconnect.' };
    case 'down':
      return {
        status: redisOutage,
        code: 'redis-down',
        detail: `Redis is away, the circuit is ${circuit}; the pool keeps trying to reconnect.`,
      };
    case 'starting':
      return { status: redisOutage, code: 'redis-starting', detail: 'The pool has not reached Redis yet.' };
    case 'degraded':
      return {
        status: 'degraded',
        code: 'redis-partly-down',
        detail: 'Some nodes of the Cluster are away, and commands for them are refused; the others serve.',
      };
    case 'up':
      return undefined;
  }
}

function cacheFinding({ redis, bus }: CacheStats, redisOutage: RedisOutage): Finding | undefined {
  if (redis.state === 'down') {
    return { status: redisOutage, code: 'cache-redis-down', detail: 'The cache runs on its memory tier alone.' };
  }
  if (redis.state === 'up' && !bus.connected) {
    return { status: 'degraded', code: 'bus-away', detail: 'Invalidations of other instances do not arrive.' };
  }
  return undefined;
}

function limiterFinding({ tier }: RateLimitStats, redisOutage: RedisOutage): Finding | undefined {
  if (tier !== 'local') return undefined;
  return { status: redisOutage, code: 'limiter-local', detail: 'Limits are counted by this instance alone.' };
}

function at(part: PartKind, name: string, finding: Finding | undefined): HealthReason[] {
  return finding ? [{ ...finding, part, name }] : [];
}
