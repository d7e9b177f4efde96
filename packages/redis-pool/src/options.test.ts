import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LIMIT_DEFAULTS } from './limit-options.ts';
import { DEFAULTS, type RedisPoolOptions, resolveOptions } from './options.ts';
import { RETRY_DEFAULTS } from './retry-options.ts';

describe('the options', () => {
  it('have the defaults that their descriptions name', () => {
    const files = ['options.ts', 'limit-options.ts', 'retry-options.ts'];
    const source = files.map((file) => readFileSync(new URL(file, import.meta.url), 'utf8')).join('');
    const documented = [...source.matchAll(/@default (.+)\n\s+\*\/\n\s+readonly (\w+)\?/g)];
    const named = Object.fromEntries(documented.map(([, value = '', name]) => [name, value.replaceAll("'", '"')]));
    const actual = Object.entries({ ...DEFAULTS, ...LIMIT_DEFAULTS, ...RETRY_DEFAULTS });
    expect(named).toEqual(Object.fromEntries(actual.map(([name, value]) => [name, JSON.stringify(value)])));
  });

  it('take an explicit undefined for absent', () => {
    expect(resolveOptions({ url: undefined, breaker: { failures: undefined } })).toEqual(resolveOptions());
  });

  it('are resolved to numbers in milliseconds', () => {
    const options: RedisPoolOptions = { deadlineMs: '250ms', connectTimeout: '3s', breaker: { resetAfter: 500 } };
    expect(resolveOptions(options)).toMatchObject({
      endpoint: { kind: 'server', settings: { host: 'localhost', port: 6379, connectTimeout: 3000 } },
      lanes: 4,
      deadlineMs: 250,
      limits: { inFlight: 2000, waiting: 10_000, bytes: 64 * 1024 ** 2, waitTimeoutMs: 1000 },
      retry: { attempts: 2, firstMs: 20, longestMs: 200 },
      breaker: { resetAfterMs: 500 },
    });
  });

  it('let the settings of the connection go before the URL', () => {
    const options: RedisPoolOptions = { url: 'redis://app:old@db.test/2', redis: { password: 'new', keepAlive: 5000 } };
    expect(resolveOptions(options).endpoint).toMatchObject({
      settings: { username: 'app', password: 'new', db: 2, keepAlive: 5000 },
    });
  });

  it.each([
    [{ lanes: 0 }, 'lanes must be a whole number between 1 and 1000, got 0.'],
    [{ deadlineMs: 'soon' }, 'deadlineMs must be a duration'],
    [{ breaker: { failures: 2.5 } }, 'breaker.failures must be a whole number of at least 1, got 2.5.'],
    [{ redis: { enableOfflineQueue: true } }, 'redis must be an object with only the keys username, password'],
    [{ deadline: '1s' }, 'options must be an object with only the keys url, lanes, connect'],
  ])('refuse %o with the rule and the value', (options, message) => {
    expect(() => resolveOptions(options as RedisPoolOptions)).toThrow(message);
    expect(() => resolveOptions(options as RedisPoolOptions)).toThrow(
      expect.objectContaining({ code: 'ERR_REDIS_POOL_OPTION' }),
    );
  });
});
