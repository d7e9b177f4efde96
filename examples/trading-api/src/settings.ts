import { isIP } from 'node:net';
import { createOptionChecks, type NumberBounds, parseDuration } from '@breakwater/core';

/** Everything about this application that may differ from one installation to the next. */
export interface Settings {
  readonly port: number;
  /** Express's `trust proxy`: the addresses whose X-Forwarded-* headers are believed; none unless told. */
  readonly trustedProxies: readonly string[];
  /** `auto`: a Redis on this machine if there is one. `off`: memory, even if there is one. */
  readonly redisUrl: 'auto' | 'off' | (string & {});
  readonly redisLanes: number;
  readonly redisDeadlineMs: number;
  /** Whether anything is cached; off for a look at what caching is worth. */
  readonly isCacheEnabled: boolean;
  readonly ttlMs: {
    readonly price: number;
    readonly orderBook: number;
    readonly ohlcv: number;
    readonly token: number;
    readonly indicator: number;
    readonly prediction: number;
    readonly session: number;
  };
  /** Whether the indicators that are asked for most are calculated before they are. */
  readonly isWarming: boolean;
  /** Signs and encrypts sessions; `undefined`: one is made up at the start. */
  readonly sessionSecret: string | undefined;
  /** Opens the admin pages without a session, `Authorization: Bearer …`, for when Redis and the sessions in it are away. */
  readonly adminToken: string | undefined;
  /** How long one trading day of the replayed series lasts. */
  readonly tradingDayMs: number;
}

const checks = createOptionChecks('TRADING_API');
const DAY_MS = 86_400_000;

/**
 * The settings out of environment variables. A duration is whole seconds (`5`) or has a unit (`250ms`, `5s`, `24h`);
 * an empty variable is an absent one.
 *
 * @throws OptionError naming the variable, its rule and its value.
 */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const text = (name: string) => env[name]?.trim() || undefined;

  function integer(name: string, fallback: number, bounds: NumberBounds): number {
    const value = text(name);
    if (value === undefined) return fallback;
    return checks.integer(name, /^\d+$/.test(value) ? Number(value) : value, bounds);
  }

  function duration(name: string, fallbackMs: number, maxMs = 366 * DAY_MS): number {
    const value = text(name);
    if (value === undefined) return fallbackMs;
    const ms = /^\d+$/.test(value) ? Number(value) * 1000 : parseDuration(value);
    if (ms !== undefined && ms >= 1 && ms <= maxMs) return ms;
    throw checks.failure(name, `a duration ('5' seconds, '250ms', '24h') of at most ${maxMs / 1000} s`, value);
  }

  function redisUrl(): string {
    const name = text('BREAKWATER_REDIS_URL') ? 'BREAKWATER_REDIS_URL' : 'REDIS_URL';
    const value = text(name);
    if (value === undefined) return 'auto';
    if (value === 'off' || /^rediss?:\/\/./.test(value)) return value;
    // There may be a password in it, so the value stays out of the message.
    throw checks.failure(name, "a URL such as 'redis://localhost:6379', or 'off'", 'another text');
  }

  function onOrOff(name: string): boolean {
    const value = text(name) ?? 'true';
    return checks.oneOf(name, value, ['true', 'false']) === 'true';
  }

  function trustedProxies(): string[] {
    const name = 'BREAKWATER_TRUSTED_PROXIES';
    const proxies = text(name)?.split(/\s*,\s*/) ?? [];
    const wrong = proxies.find((proxy) => !isProxy(proxy));
    if (wrong === undefined) return proxies;
    throw checks.failure(name, 'addresses, CIDR ranges or loopback, separated by commas', wrong);
  }

  function isOn(name: string, fallback: 'true' | 'false'): boolean {
    return checks.oneOf(name, text(name) ?? fallback, ['true', 'false']) === 'true';
  }

  function secret(name: string): string | undefined {
    const value = text(name);
    if (value === undefined || value.length >= 32) return value;
    throw checks.failure(name, 'at least 32 characters', `${value.length} characters`);
  }

  return {
    port: integer('PORT', 3000, { min: 0, max: 65_535 }),
    trustedProxies: trustedProxies(),
    redisUrl: redisUrl(),
    redisLanes: integer('BREAKWATER_REDIS_POOL_SIZE', 4, { min: 1, max: 64 }),
    redisDeadlineMs: duration('BREAKWATER_REDIS_TIMEOUT', 250, 60_000),
    isCacheEnabled: onOrOff('BREAKWATER_CACHE_ENABLED'),
    ttlMs: {
      price: duration('BREAKWATER_CACHE_MARKET_PRICE_TTL', 5_000),
      orderBook: duration('BREAKWATER_CACHE_ORDERBOOK_TTL', 10_000),
      ohlcv: duration('BREAKWATER_CACHE_OHLCV_TTL', 3_600_000),
      token: duration('BREAKWATER_CACHE_TOKEN_TTL', DAY_MS),
      indicator: duration('BREAKWATER_CACHE_INDICATOR_TTL', 60_000),
      prediction: duration('BREAKWATER_CACHE_ML_PREDICTION_TTL', 30_000),
      session: duration('BREAKWATER_SESSION_TTL', DAY_MS),
    },
    isWarming: isOn('BREAKWATER_CACHE_WARMING_ENABLED', 'true'),
    sessionSecret: secret('BREAKWATER_SESSION_SECRET'),
    adminToken: secret('BREAKWATER_ADMIN_TOKEN'),
    tradingDayMs: duration('BREAKWATER_TRADING_DAY', 3_600_000),
  };
}

/** What Express's `trust proxy` understands. */
function isProxy(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true;
  const [address = '', bits = '0', ...rest] = text.split('/');
  const maxBits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return rest.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= maxBits;
}
