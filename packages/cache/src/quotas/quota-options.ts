import { type Clock, type Duration, systemClock, withDefaults } from '@breakwater/core';
import { boundRedis, type RedisPort, resolveRedis } from '@breakwater/core/redis';
import { checks } from '../errors.ts';

/** What quotas are made with; without any each process counts alone. */
export interface QuotasOptions {
  /**
   * Our pool, or an ioredis `Redis` or `Cluster`. `null`: each process counts for itself.
   * @default null
   */
  readonly redis?: RedisPort | null;
  /**
   * How long one Redis call may take before it counts as failed, on a client that does not bound its commands itself.
   * @default '500ms'
   */
  readonly deadlineMs?: Duration;
  /**
   * The part of every Redis key that is these quotas'. Instances that count together share it.
   * @default 'app'
   */
  readonly namespace?: string;
  /**
   * Counts that this process remembers for when Redis is away, or where there is none; the least recently used leave first.
   * @default 100_000
   */
  readonly maxEntries?: number;
  /**
   * Where `now` comes from while Redis does not answer; else its clock counts.
   * @default the system's clock
   */
  readonly clock?: Clock;
}

export const QUOTA_DEFAULTS = Object.freeze({
  redis: null,
  deadlineMs: '500ms',
  namespace: 'app',
  maxEntries: 100_000,
  clock: systemClock,
}) satisfies QuotasOptions;

export function resolveQuotasOptions(given: QuotasOptions) {
  checks.known('options', given, Object.keys(QUOTA_DEFAULTS));
  const {
    redis: client,
    deadlineMs,
    namespace,
    maxEntries,
    clock,
  } = withDefaults<QuotasOptions, typeof QUOTA_DEFAULTS>(given, QUOTA_DEFAULTS);
  const redis = resolveRedis(checks, client);
  checks.callable('clock.now', (clock as Partial<Clock>)?.now);
  const boundMs = checks.duration('deadlineMs', deadlineMs);
  return {
    redis: redis ? boundRedis(redis, boundMs) : null,
    namespace: checks.text('namespace', namespace),
    maxEntries: checks.integer('maxEntries', maxEntries, { max: 10_000_000 }),
    clock,
  };
}
