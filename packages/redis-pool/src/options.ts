import { type Duration, withDefaults } from '@breakwater/core';
import type { RedisOptions } from 'ioredis';
import { type BreakerOptions, type BreakerSettings, LONGEST_TIMER_MS, resolveBreaker } from './breaker-options.ts';
import { checks } from './errors.ts';
import { parseRedisUrl } from './redis-url.ts';

/** ioredis settings that concern only who connects and how; all others the pool needs in its own hands. */
const CONNECTION_SETTINGS = [
  'username',
  'password',
  'db',
  'tls',
  'family',
  'path',
  'keepAlive',
  'noDelay',
  'protocol',
  'connectionName',
  'disableClientInfo',
  'clientInfoTag',
] as const;

export type ConnectionSettings = Pick<RedisOptions, (typeof CONNECTION_SETTINGS)[number]>;

export interface RedisPoolOptions {
  /**
   * `redis://` or, with TLS, `rediss://`: `redis://user:password@host:port/db`.
   * @default 'redis://localhost:6379'
   */
  readonly url?: string;
  /**
   * Connections to share the commands between.
   * @default 4
   */
  readonly lanes?: number;
  /**
   * How long a command may take, waiting included, before it fails with `ERR_REDIS_DEADLINE`.
   * @default '1s'
   */
  readonly deadlineMs?: Duration;
  /**
   * How long a connection may take to be made, and again to be greeted by Redis, before it is tried anew.
   * @default '2s'
   */
  readonly connectTimeout?: Duration;
  readonly breaker?: BreakerOptions;
  /**
   * How often Redis is asked in the background for its INFO and its time, as `stats().inspection` has them; `'never'`
   * leaves that to `inspect()`.
   * @default '30s'
   */
  readonly inspectEvery?: Duration | 'never';
  /** Further ioredis settings of the connection; they go before the URL's. */
  readonly redis?: ConnectionSettings;
}

export const DEFAULTS = Object.freeze({
  url: 'redis://localhost:6379',
  lanes: 4,
  deadlineMs: '1s',
  connectTimeout: '2s',
  inspectEvery: '30s',
});

export interface ResolvedRedisPoolOptions {
  readonly connection: RedisOptions;
  readonly lanes: number;
  readonly deadlineMs: number;
  readonly breaker: BreakerSettings;
  /** Infinity for never. */
  readonly inspectEveryMs: number;
}

export function resolveOptions(options: RedisPoolOptions = {}): ResolvedRedisPoolOptions {
  checks.known('options', options, [...Object.keys(DEFAULTS), 'breaker', 'redis']);
  const given = withDefaults(options, DEFAULTS);
  const { redis = {}, breaker = {} } = given;
  checks.known('redis', redis, CONNECTION_SETTINGS);
  return {
    connection: {
      ...withDefaults(redis, parseRedisUrl(given.url)),
      connectTimeout: checks.duration('connectTimeout', given.connectTimeout),
    },
    lanes: checks.integer('lanes', given.lanes, { max: 1000 }),
    deadlineMs: checks.duration('deadlineMs', given.deadlineMs),
    breaker: resolveBreaker(breaker),
    inspectEveryMs: inspectionInterval(given.inspectEvery),
  };
}

function inspectionInterval(value: unknown): number {
  if (value === 'never') return Number.POSITIVE_INFINITY;
  return checks.duration('inspectEvery', value, { max: LONGEST_TIMER_MS });
}
