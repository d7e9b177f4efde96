import { type Clock, type Duration, systemClock, withDefaults } from '@breakwater/core';
import { type RedisPort, refuseKeyPrefix, resolveRedis } from '@breakwater/core/redis';
import { checks } from './errors.ts';
import type { Lifetimes } from './lifetime.ts';

export interface SessionStoreOptions {
  /**
   * Where sessions are kept: a Breakwater pool, or an ioredis `Redis` or `Cluster`. Without it they are kept in this
   * process's memory: another process does not see them, and a restart logs everybody out.
   * @default none
   */
  readonly redis?: RedisPort;
  /**
   * What records are encrypted with; required with `redis`. At least 32 characters, random. Of several, the first one
   * seals and all open: to replace a secret, put the new one in front and drop the old one after `absolute`.
   * @default none
   */
  readonly secret?: string | readonly string[];
  /**
   * How long a session lives after it was last used.
   * @default '30m'
   */
  readonly idle?: Duration;
  /**
   * How long a session lives after its beginning, however much it is used.
   * @default '24h'
   */
  readonly absolute?: Duration;
  /**
   * Separates the sessions of applications that share a Redis.
   * @default 'app'
   */
  readonly namespace?: string;
  /**
   * How long a Redis call may take before it has failed, on an ioredis client. A Breakwater pool has its own.
   * @default '1s'
   */
  readonly deadlineMs?: Duration;
  /** What this process keeps itself. */
  readonly memory?: MemoryOptions;
  /** Where the store takes the time from; for tests. @default the system's clock */
  readonly clock?: Clock;
}

export interface MemoryOptions {
  /**
   * The most sessions kept without Redis; beyond it the least recently used one is dropped.
   * @default 10_000
   */
  readonly maxSessions?: number;
}

export const DEFAULTS = Object.freeze({ idle: '30m', absolute: '24h', namespace: 'app', deadlineMs: '1s' });

export const MEMORY_DEFAULTS = Object.freeze({ maxSessions: 10_000 });

export const STORE_OPTIONS = [...Object.keys(DEFAULTS), 'redis', 'secret', 'memory', 'clock'];

export type Secrets = readonly [string, ...string[]];

export interface ResolvedStoreOptions {
  /** `undefined` is the memory tier. */
  readonly redis: { readonly port: RedisPort; readonly secrets: Secrets; readonly deadlineMs: number } | undefined;
  readonly lifetimes: Lifetimes;
  readonly namespace: string;
  readonly maxSessions: number;
  readonly clock: Clock;
}

/** @throws OptionError `ERR_SESSION_OPTION` */
export function resolveOptions(options: SessionStoreOptions): ResolvedStoreOptions {
  checks.known('options', options, STORE_OPTIONS);
  const { memory = {}, clock = systemClock, redis, secret, ...given } = withDefaults(options, DEFAULTS);
  checks.known('memory', memory, Object.keys(MEMORY_DEFAULTS));
  const deadlineMs = checks.duration('deadlineMs', given.deadlineMs);
  return {
    redis: redis ? { secrets: resolveSecrets(secret), port: checkClient(redis), deadlineMs } : undefined,
    lifetimes: {
      idleMs: checks.duration('idle', given.idle),
      absoluteMs: checks.duration('absolute', given.absolute),
    },
    namespace: checks.text('namespace', given.namespace),
    maxSessions: checks.integer('memory.maxSessions', withDefaults(memory, MEMORY_DEFAULTS).maxSessions),
    clock,
  };
}

/** Without a prefix of its own, because `clear` and `length` walk the keyspace. */
function checkClient(redis: RedisPort): RedisPort {
  resolveRedis(checks, redis);
  refuseKeyPrefix(checks, redis);
  return redis;
}

export function resolveSecrets(secret: unknown): Secrets {
  const [current, ...earlier] = Array.isArray(secret) ? secret : [secret];
  return [checks.secret('secret', current), ...earlier.map((text) => checks.secret('secret', text))];
}
