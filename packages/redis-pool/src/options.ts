import { type Duration, withDefaults } from '@breakwater/core';
import type { RedisOptions } from 'ioredis';
import { type BreakerOptions, type BreakerSettings, LONGEST_TIMER_MS, resolveBreaker } from './breaker-options.ts';
import type { Client, Endpoint } from './clients.ts';
import { type ClusterSettings, resolveEndpoint, type SentinelSettings } from './endpoint.ts';
import { checks } from './errors.ts';
import { type LimitOptions, type Limits, resolveLimits } from './limit-options.ts';
import { type RetryOptions, type RetrySettings, resolveRetry } from './retry-options.ts';

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
   * `redis://` or, with TLS, `rediss://`: `redis://user:password@host:port/db`. Not read when `client`, `sentinel` or
   * `cluster` say where Redis is.
   * @default 'redis://localhost:6379'
   */
  readonly url?: string;
  /**
   * An ioredis `Redis` or `Cluster` of your own, whose connection the lanes copy. It stays yours: yours to close, too.
   * One with `keyPrefix` is refused: a walk over the keyspace takes no prefix.
   */
  readonly client?: Client;
  readonly sentinel?: SentinelSettings;
  readonly cluster?: ClusterSettings;
  /**
   * Connections to share the commands between; in Cluster mode that many to each node in use.
   * @default 4
   */
  readonly lanes?: number;
  /**
   * When the lanes connect: `at-once`, or `on-demand`, which is with the first command.
   * @default 'at-once'
   */
  readonly connect?: 'at-once' | 'on-demand';
  /**
   * How long a command may take, waiting and repetitions included, before it fails with `ERR_REDIS_DEADLINE`.
   * @default '1s'
   */
  readonly deadlineMs?: Duration;
  /**
   * How long a connection may take to be made, and again to be greeted by Redis, before it is tried anew.
   * @default '2s'
   */
  readonly connectTimeout?: Duration;
  /**
   * After how much silence a connection is sent a PING; one that does not answer within `deadlineMs` is replaced.
   * @default '10s'
   */
  readonly heartbeat?: Duration;
  readonly limits?: LimitOptions;
  readonly retry?: RetryOptions;
  readonly breaker?: BreakerOptions;
  /**
   * How often Redis is asked in the background for its INFO and its time, as `stats().inspection` has them; `'never'`
   * leaves that to `inspect()`.
   * @default '30s'
   */
  readonly inspectEvery?: Duration | 'never';
  /** Further ioredis settings of the connections; they go before the URL's. Not for `client`, which has its own. */
  readonly redis?: ConnectionSettings;
}

export const DEFAULTS = Object.freeze({
  url: 'redis://localhost:6379',
  lanes: 4,
  connect: 'at-once',
  deadlineMs: '1s',
  connectTimeout: '2s',
  heartbeat: '10s',
  inspectEvery: '30s',
});

export interface ResolvedRedisPoolOptions {
  readonly endpoint: Endpoint;
  readonly lanes: number;
  readonly connect: 'at-once' | 'on-demand';
  readonly deadlineMs: number;
  readonly connectTimeoutMs: number;
  readonly heartbeatMs: number;
  readonly limits: Limits;
  readonly retry: RetrySettings;
  readonly breaker: BreakerSettings;
  /** Infinity for never. */
  readonly inspectEveryMs: number;
}

const GROUPS = ['client', 'sentinel', 'cluster', 'limits', 'retry', 'breaker', 'redis'];

export function resolveOptions(options: RedisPoolOptions = {}): ResolvedRedisPoolOptions {
  checks.known('options', options, [...Object.keys(DEFAULTS), ...GROUPS]);
  const given = withDefaults(options, DEFAULTS);
  const { redis = {}, breaker = {}, limits = {}, retry = {} } = given;
  checks.known('redis', redis, CONNECTION_SETTINGS);
  const connectTimeoutMs = checks.duration('connectTimeout', given.connectTimeout, { max: LONGEST_TIMER_MS });
  const connection = { ...withDefaults(redis, {}), connectTimeout: connectTimeoutMs };
  return {
    endpoint: resolveEndpoint(given, connection),
    lanes: checks.integer('lanes', given.lanes, { max: 1000 }),
    connect: checks.oneOf('connect', given.connect, ['at-once', 'on-demand']),
    deadlineMs: checks.duration('deadlineMs', given.deadlineMs, { max: LONGEST_TIMER_MS }),
    connectTimeoutMs,
    heartbeatMs: checks.duration('heartbeat', given.heartbeat, { max: LONGEST_TIMER_MS }),
    limits: resolveLimits(limits),
    retry: resolveRetry(retry),
    breaker: resolveBreaker(breaker),
    inspectEveryMs: inspectionInterval(given.inspectEvery),
  };
}

function inspectionInterval(value: unknown): number {
  if (value === 'never') return Number.POSITIVE_INFINITY;
  return checks.duration('inspectEvery', value, { max: LONGEST_TIMER_MS });
}
