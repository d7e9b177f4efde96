import { type Clock, type Duration, withDefaults } from '@breakwater/core';
import { type RedisPort, resolveRedis } from '@breakwater/core/redis';
import { checks } from './errors.ts';
import { type PlanOptions, type Plans, type Rate, resolvePlans } from './plan.ts';

/** What is done with a request that Redis gave no answer for. */
export type OutagePolicy = 'local' | 'allow' | 'deny';

export interface RateLimiterOptions<Request extends object = object> {
  /** Our pool, an ioredis `Redis` or a `Cluster`; without it every process counts for itself. @default none */
  readonly redis?: RedisPort;
  /**
   * Limits by plan name: `'60/min'` or `{ limit, window, audit }`. The first is for strangers: it also stands in
   * where `plan` fails. @default { anonymous: '60/min', authenticated: '120/min', premium: '300/min', admin: '1000/min' }
   */
  readonly plans?: Readonly<Record<string, Rate | PlanOptions>>;
  /** Names the plan of a request. Throwing, or a name that is not in `plans`, counts as the first plan. @default none */
  plan?(request: Request): string | Promise<string>;
  /** Names the caller, such as an account; where it returns nothing, the client's address does. @default none */
  key?(request: Request): string | number | null | undefined;
  /** Requests that are neither counted nor limited. @default none */
  skip?(request: Request): boolean;
  /**
   * While Redis is away: `local` counts in this process, `allow` lets all through uncounted, `deny` answers 503.
   * @default 'local'
   */
  readonly onOutage?: OutagePolicy;
  /** The part of Redis keys that keeps applications apart. @default 'app' */
  readonly namespace?: string;
  /** How long a request waits for a Redis client that does not bound its commands itself. @default '250ms' */
  readonly deadlineMs?: Duration;
  /** What this process remembers itself. */
  readonly memory?: MemoryOptions;
  /** Where this process's own windows read milliseconds; one that never steps back. @default a monotonic clock */
  readonly clock?: Clock;
}

export interface MemoryOptions {
  /** Callers a process remembers in its own windows, and denials it remembers of Redis. @default 100_000 */
  readonly maxKeys?: number;
}

export interface ResolvedOptions<Request extends object>
  extends Pick<RateLimiterOptions<Request>, 'redis' | 'plan' | 'key' | 'skip'> {
  readonly plans: Plans;
  readonly onOutage: OutagePolicy;
  readonly namespace: string;
  readonly deadlineMs: number;
  readonly maxKeys: number;
  readonly clock: Clock;
}

/** The wall clock is stepped by NTP and by people; a window must not be. */
export const monotonicClock: Clock = Object.freeze({ now: () => performance.now() });

export const DEFAULTS = Object.freeze({
  plans: Object.freeze({
    anonymous: '60/min',
    authenticated: '120/min',
    premium: '300/min',
    admin: '1000/min',
  }),
  onOutage: 'local',
  namespace: 'app',
  deadlineMs: '250ms',
  clock: monotonicClock,
}) satisfies RateLimiterOptions;

export const MEMORY_DEFAULTS = Object.freeze({ maxKeys: 100_000 }) satisfies MemoryOptions;

const KNOWN = [...Object.keys(DEFAULTS), 'redis', 'plan', 'key', 'skip', 'memory'];

/** @throws OptionError `ERR_RATE_LIMIT_OPTION` for an option that is unknown or wrong. */
export function resolveOptions<Request extends object>(options: RateLimiterOptions<Request>): ResolvedOptions<Request> {
  checks.known('options', options, KNOWN);
  const { memory, ...given } = withDefaults(options, DEFAULTS);
  for (const name of ['plan', 'key', 'skip'] as const) {
    if (given[name] !== undefined) checks.callable(name, given[name]);
  }
  return {
    ...given,
    redis: resolveRedis(checks, given.redis),
    plans: resolvePlans(given.plans),
    onOutage: checks.oneOf('onOutage', given.onOutage, ['local', 'allow', 'deny']),
    namespace: checks.text('namespace', given.namespace),
    deadlineMs: checks.duration('deadlineMs', given.deadlineMs),
    maxKeys: resolveMaxKeys(memory),
  };
}

export function resolveMaxKeys(memory: MemoryOptions = {}): number {
  checks.known('memory', memory, Object.keys(MEMORY_DEFAULTS));
  return checks.integer('memory.maxKeys', withDefaults(memory, MEMORY_DEFAULTS).maxKeys);
}
