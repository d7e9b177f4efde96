import { type Duration, withDefaults } from '@breakwater/core';
import { type RedisPort, resolveRedis } from '@breakwater/core/redis';
import { checks } from './errors.ts';
import { DEFAULTS, type MemoryOptions, resolveMaxKeys } from './options.ts';
import { MAX_LIMIT } from './plan.ts';
import type { WindowRule } from './sliding-window.ts';

export interface SlidingWindowLimiterOptions {
  /** Our pool, an ioredis `Redis` or a `Cluster`; without it the process counts for itself. @default none */
  readonly redis?: RedisPort;
  /** Points in any one window, 1 to 100,000. */
  readonly points: number;
  /** The window in seconds, as rate-limiter-flexible has it. */
  readonly duration: number;
  /** Keeps limiters apart, in keys and in a union's results. @default 'flexible' */
  readonly keyPrefix?: string;
  /** The part of Redis keys that keeps applications apart. @default 'app' */
  readonly namespace?: string;
  /** How long a call waits for a Redis client that does not bound its commands itself. @default '250ms' */
  readonly deadlineMs?: Duration;
  /** `maxKeys`: what is remembered without Redis. */
  readonly memory?: MemoryOptions;
}

export const FLEXIBLE_DEFAULTS = Object.freeze({
  keyPrefix: 'flexible',
  namespace: DEFAULTS.namespace,
  deadlineMs: DEFAULTS.deadlineMs,
}) satisfies Partial<SlidingWindowLimiterOptions>;

const KNOWN = [...Object.keys(FLEXIBLE_DEFAULTS), 'redis', 'points', 'duration', 'memory'];

export interface ResolvedFlexibleOptions {
  readonly redis: RedisPort | undefined;
  readonly rule: WindowRule;
  /** As it was given, in seconds. */
  readonly duration: number;
  readonly keyPrefix: string;
  readonly namespace: string;
  readonly deadlineMs: number;
  readonly maxKeys: number;
}

/** @throws OptionError `ERR_RATE_LIMIT_OPTION` for an option that is unknown or wrong. */
export function resolveFlexibleOptions(options: SlidingWindowLimiterOptions): ResolvedFlexibleOptions {
  checks.known('options', options, KNOWN);
  const given = withDefaults(options, FLEXIBLE_DEFAULTS);
  const windowMs = Math.round(given.duration * 1000);
  if (!(windowMs >= 1)) throw checks.failure('duration', 'a number of seconds, at least 0.001', given.duration);
  return {
    redis: resolveRedis(checks, given.redis),
    rule: { limit: checks.integer('points', given.points, { max: MAX_LIMIT }), windowMs },
    duration: given.duration,
    keyPrefix: checks.text('keyPrefix', given.keyPrefix),
    namespace: checks.text('namespace', given.namespace),
    deadlineMs: checks.duration('deadlineMs', given.deadlineMs),
    maxKeys: resolveMaxKeys(given.memory),
  };
}
