import { describe, expect, it } from 'vitest';
import { readSettings } from './settings.ts';

describe('the settings', () => {
  it('have the lifetimes of the feature list by default', () => {
    expect(readSettings({})).toEqual({
      port: 3000,
      trustedProxies: [],
      redisUrl: 'auto',
      redisLanes: 4,
      redisDeadlineMs: 250,
      isCacheEnabled: true,
      ttlMs: {
        price: 5_000,
        orderBook: 10_000,
        ohlcv: 3_600_000,
        token: 86_400_000,
        indicator: 60_000,
        prediction: 30_000,
        session: 86_400_000,
      },
      isWarming: true,
      sessionSecret: undefined,
      adminToken: undefined,
      tradingDayMs: 3_600_000,
    });
  });

  it('read plain numbers of seconds as well as durations with a unit', () => {
    const env = { BREAKWATER_CACHE_MARKET_PRICE_TTL: '7', BREAKWATER_REDIS_TIMEOUT: '50ms' };
    const settings = readSettings(env);
    expect(settings.ttlMs.price).toBe(7_000);
    expect(settings.redisDeadlineMs).toBe(50);
  });

  it('warm the cache unless told not to', () => {
    expect(readSettings({ BREAKWATER_CACHE_WARMING_ENABLED: 'false' }).isWarming).toBe(false);
    expect(() => readSettings({ BREAKWATER_CACHE_WARMING_ENABLED: 'no' })).toThrow(
      "BREAKWATER_CACHE_WARMING_ENABLED must be one of 'true', 'false'",
    );
  });

  it('trust the proxies that are named', () => {
    const env = { BREAKWATER_TRUSTED_PROXIES: 'loopback, 10.0.0.0/8,2001:db8::1' };
    expect(readSettings(env).trustedProxies).toEqual(['loopback', '10.0.0.0/8', '2001:db8::1']);
  });

  it('take BREAKWATER_REDIS_URL before REDIS_URL, and an empty variable for none', () => {
    const REDIS_URL = 'redis://one:6379';
    expect(readSettings({ REDIS_URL }).redisUrl).toBe(REDIS_URL);
    expect(readSettings({ REDIS_URL, BREAKWATER_REDIS_URL: 'off' }).redisUrl).toBe('off');
    expect(readSettings({ REDIS_URL, BREAKWATER_REDIS_URL: ' ' }).redisUrl).toBe(REDIS_URL);
    expect(readSettings({ REDIS_URL: '' }).redisUrl).toBe('auto');
  });

  it.each([
    ['PORT', '70000', 'PORT must be a whole number between 0 and 65535, got 70000.'],
    ['PORT', 'http', 'PORT must be a whole number between 0 and 65535, got "http".'],
    [
      'BREAKWATER_CACHE_OHLCV_TTL',
      'soon',
      `BREAKWATER_CACHE_OHLCV_TTL must be a duration ('5' seconds, '250ms', '24h') of at most 31622400 s, got "soon".`,
    ],
    ['BREAKWATER_CACHE_OHLCV_TTL', '0', /of at most 31622400 s, got "0"/],
    ['BREAKWATER_REDIS_POOL_SIZE', '-1', /^BREAKWATER_REDIS_POOL_SIZE must be a whole number between 1 and 64/],
    ['REDIS_URL', ':hunter2@localhost', /^REDIS_URL must be a URL such as '[^']+', or 'off', got "another text"\.$/],
    ['BREAKWATER_SESSION_SECRET', 'hunter2', /^BREAKWATER_SESSION_SECRET must be at least 32 characters, got "7 char/],
    [
      'BREAKWATER_TRUSTED_PROXIES',
      '10.0.0.0/33',
      /^BREAKWATER_TRUSTED_PROXIES must be addresses.*, got "10.0.0.0\/33"/,
    ],
    ['BREAKWATER_TRUSTED_PROXIES', 'loopback,true', /^BREAKWATER_TRUSTED_PROXIES must be addresses.*, got "true"/],
    ['BREAKWATER_CACHE_ENABLED', 'no', /^BREAKWATER_CACHE_ENABLED must be one of 'true', 'false', got "no"/],
    ['BREAKWATER_ADMIN_TOKEN', 'hunter2', /^BREAKWATER_ADMIN_TOKEN must be at least 32 characters, got "7 char/],
  ])('refuse %s=%s with its name, rule and value', (name, value, message) => {
    expect(() => readSettings({ [name]: value })).toThrow(message);
  });
});
