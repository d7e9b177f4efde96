import type { CacheStats } from '@breakwater/cache';
import { withDefaults } from '@breakwater/core';
import type { FrameworkRequest } from '@breakwater/core/http';
import type { HttpCacheStats } from '@breakwater/http-cache';
import type { RateLimitStats } from '@breakwater/rate-limit';
import type { PoolStats } from '@breakwater/redis-pool';
import type { SessionStats } from '@breakwater/session';
import type { OpenMetricsContentType, Registry } from 'prom-client';
import { authorizeMissing, checks } from './errors.ts';
import type { NamedSources, Parts, StatsSource } from './parts.ts';

export type MetricsRegistry = Registry | Registry<OpenMetricsContentType>;

/** Says whether this request may see what is not for everybody. Anything but `true` denies, a throw too. */
export type Authorize<Request> = (request: Request) => boolean | Promise<boolean>;

/** Every part is one object with `stats()`, or several by name: `{ market: cacheA, models: cacheB }`. */
export interface MonitorOptions<Request = FrameworkRequest> {
  readonly pool?: Parts<PoolStats>;
  readonly cache?: Parts<CacheStats>;
  /** What has only `stats()` of a cache of responses is shown, and no admin call reaches it. */
  readonly httpCache?: Parts<HttpCacheStats>;
  readonly limiter?: Parts<RateLimitStats>;
  readonly sessions?: Parts<SessionStats>;
  /** Who may see the admin pages. Required while they are served (`paths.admin`). */
  readonly authorize?: Authorize<Request>;
  readonly metrics?: MetricsOptions;
  readonly paths?: PathOptions;
  /** From where on a recommendation is made. */
  readonly thresholds?: ThresholdOptions;
  /**
   * What Redis being away makes of the health. `unhealthy` (503, out of the load balancer) is for applications that
   * cannot serve without it: a limiter that denies, sessions that are unavailable. @default 'degraded'
   */
  readonly redisOutage?: 'degraded' | 'unhealthy';
  /** Whether the admin calls may purge responses and release policies from quarantine. @default 'refuse' */
  readonly changes?: 'refuse' | 'allow';
}

export interface MetricsOptions {
  /** The prom-client registry to register in. @default a new one, of this monitor's own */
  readonly registry?: MetricsRegistry;
  /** Whether to register prom-client's default metrics of the process as well. @default false */
  readonly defaultMetrics?: boolean;
  /** `authorize`: the metrics path asks `authorize` as the admin pages do. @default 'open' */
  readonly access?: 'open' | 'authorize';
}

/** `null` leaves a page out. */
export interface PathOptions {
  /** @default '/metrics' */
  readonly metrics?: string | null;
  /** The load balancer's answer: the status word alone, open to all. @default '/health' */
  readonly health?: string | null;
  /** The base of `…/stats`, `…/health` and `…/http/…`. @default '/api/admin/cache' */
  readonly admin?: string | null;
}

export interface ThresholdOptions {
  /** A hit rate below this is low, a share from 0 to 1. @default 0.7 */
  readonly hitRate?: number;
  /** A memory tier filled beyond this is nearly full, a share from 0 to 1. @default 0.9 */
  readonly memoryUtilisation?: number;
  /** More evictions than this, as a share of the entries put into memory, are many. @default 0.5 */
  readonly evictionRate?: number;
  /** A 95th percentile of Redis replies beyond this is slow, milliseconds. @default 10 */
  readonly redisP95Ms?: number;
  /** A rate over fewer samples than this says nothing. @default 100 */
  readonly minimumSamples?: number;
}

export const DEFAULTS = Object.freeze({
  redisOutage: 'degraded',
  changes: 'refuse',
  metrics: Object.freeze({ defaultMetrics: false, access: 'open' }),
  paths: Object.freeze({ metrics: '/metrics', health: '/health', admin: '/api/admin/cache' }),
  thresholds: Object.freeze({
    hitRate: 0.7,
    memoryUtilisation: 0.9,
    evictionRate: 0.5,
    redisP95Ms: 10,
    minimumSamples: 100,
  }),
} as const);

export type Thresholds = Required<ThresholdOptions>;
export type Paths = Required<PathOptions>;

export interface ResolvedOptions<Request> {
  readonly sources: NamedSources;
  readonly authorize: Authorize<Request> | undefined;
  readonly metrics: Required<Omit<MetricsOptions, 'registry'>> & Pick<MetricsOptions, 'registry'>;
  readonly paths: Paths;
  readonly thresholds: Thresholds;
  readonly redisOutage: 'degraded' | 'unhealthy';
  readonly changes: 'refuse' | 'allow';
}

/** @throws OptionError `ERR_MONITOR_OPTION`, or `ERR_MONITOR_AUTHORIZE` where the admin pages would be open. */
export function resolveOptions<Request>(options: MonitorOptions<Request>): ResolvedOptions<Request> {
  checks.known('options', options, [
    ...['pool', 'cache', 'httpCache', 'limiter', 'sessions'],
    ...['authorize', 'metrics', 'paths', 'thresholds', 'redisOutage', 'changes'],
  ]);
  const { authorize, redisOutage, changes } = withDefaults(options, DEFAULTS);
  const metrics = resolveMetrics(options.metrics);
  const paths = resolvePaths(options.paths);
  if (authorize !== undefined) checks.callable('authorize', authorize);
  else if (paths.admin !== null) throw authorizeMissing(`The admin pages under ${paths.admin}`);
  else if (metrics.access === 'authorize') throw authorizeMissing("Metrics with access: 'authorize'");
  return {
    sources: {
      pool: nameParts('pool', options.pool),
      cache: nameParts('cache', options.cache),
      httpCache: nameParts('httpCache', options.httpCache),
      limiter: nameParts('limiter', options.limiter),
      sessions: nameParts('sessions', options.sessions),
    },
    authorize,
    metrics,
    paths,
    thresholds: resolveThresholds(options.thresholds),
    redisOutage: checks.oneOf('redisOutage', redisOutage, ['degraded', 'unhealthy']),
    changes: checks.oneOf('changes', changes, ['refuse', 'allow']),
  };
}

function resolveMetrics(options: MetricsOptions = {}): ResolvedOptions<unknown>['metrics'] {
  checks.known('metrics', options, ['registry', 'defaultMetrics', 'access']);
  const metrics = withDefaults(options, DEFAULTS.metrics);
  checks.oneOf('metrics.access', metrics.access, ['open', 'authorize']);
  if (typeof metrics.defaultMetrics !== 'boolean') {
    throw checks.failure('metrics.defaultMetrics', 'true or false', metrics.defaultMetrics);
  }
  return metrics;
}

function resolvePaths(options: PathOptions = {}): Paths {
  checks.known('paths', options, Object.keys(DEFAULTS.paths));
  const paths: Paths = withDefaults(options, DEFAULTS.paths);
  for (const [name, path] of Object.entries(paths)) {
    if (path === null || (typeof path === 'string' && PATH.test(path))) continue;
    throw checks.failure(`paths.${name}`, "null or a path such as '/metrics', with no slash at its end", path);
  }
  const { metrics, health, admin } = paths;
  const adminPaths = admin === null ? [] : ADMIN_PAGES.map((page) => adminPath(admin, page));
  const served = [metrics, health, ...adminPaths].filter((path) => path !== null);
  if (new Set(served).size < served.length) throw checks.failure('paths', 'paths that differ', served.join(', '));
  return paths;
}

const ADMIN_PAGES = ['stats', 'health', 'http/explain', 'http/responses', 'http/purge', 'http/release'] as const;

export function adminPath(base: string, page: (typeof ADMIN_PAGES)[number]): string {
  return `${base}/${page}`;
}

const PATH = /^(\/[\w.~-]+)+$/;

function resolveThresholds(options: ThresholdOptions = {}): Thresholds {
  checks.known('thresholds', options, Object.keys(DEFAULTS.thresholds));
  const thresholds: Thresholds = withDefaults(options, DEFAULTS.thresholds);
  for (const name of ['hitRate', 'memoryUtilisation', 'evictionRate'] as const) {
    const share = thresholds[name];
    if (typeof share === 'number' && share >= 0 && share <= 1) continue;
    throw checks.failure(`thresholds.${name}`, 'a share from 0 to 1', share);
  }
  checks.integer('thresholds.redisP95Ms', thresholds.redisP95Ms);
  checks.integer('thresholds.minimumSamples', thresholds.minimumSamples);
  return thresholds;
}

function nameParts<Stats>(option: string, parts: Parts<Stats> | undefined): ReadonlyMap<string, StatsSource<Stats>> {
  if (parts === undefined) return new Map();
  if (isSource<Stats>(parts)) return new Map([['default', parts]]);
  const named = Object.entries(parts ?? {});
  for (const [name, part] of named) {
    if (!isSource<Stats>(part)) throw checks.failure(`${option}.${name}`, 'a part with a stats() function', part);
  }
  if (named.length === 0) throw checks.failure(option, 'a part with a stats() function, or several by name', parts);
  return new Map(named);
}

function isSource<Stats>(part: unknown): part is StatsSource<Stats> {
  // A door's middleware is a part too: a function with stats().
  const holder = (typeof part === 'object' && part !== null) || typeof part === 'function';
  return holder && 'stats' in part && typeof part.stats === 'function';
}
