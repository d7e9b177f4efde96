import { type Duration, withDefaults } from '@breakwater/core';
import type { RedisOptions } from 'ioredis';
import { type BreakerOptions, type BreakerSettings, resolveBreaker } from './breaker-options.ts';
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
  /** Further ioredis settings of the connection; they go before the URL's. */
  readonly redis?: ConnectionSettings;
}

export const DEFAULTS = Object.freeze({
  url: 'redis://localhost:6379',
  lanes: 4,
  deadlineMs: '1s',
  connectTimeout: '2s',
});

export interface ResolvedRedisPoolOptions {
  readonly connection: RedisOptions;
  readonly lanes: number;
  readonly deadlineMs: number;
  readonly breaker: BreakerSettings;
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
  };
}
