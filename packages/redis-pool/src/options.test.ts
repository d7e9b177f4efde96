import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULTS, type RedisPoolOptions, resolveOptions } from './options.ts';

describe('the options', () => {
  it('have the defaults that their descriptions name', () => {
    const source = readFileSync(new URL('options.ts', import.meta.url), 'utf8');
    const documented = [...source.matchAll(/@default (.+)\n\s+\*\/\n\s+readonly (\w+)\?/g)];
    const named = Object.fromEntries(documented.map(([, value = '', name]) => [name, value.replaceAll("'", '"')]));
    const actual = Object.entries(DEFAULTS);
    expect(named).toEqual(Object.fromEntries(actual.map(([name, value]) => [name, JSON.stringify(value)])));
  });

  it('take an explicit undefined for absent', () => {
    expect(resolveOptions({ url: undefined, breaker: { failures: undefined } })).toEqual(resolveOptions());
  });

  it('are resolved to numbers in milliseconds', () => {
    const options: RedisPoolOptions = { deadlineMs: '250ms', connectTimeout: '3s', breaker: { resetAfter: 500 } };
    expect(resolveOptions(options)).toMatchObject({
      connection: { host: 'localhost', port: 6379, connectTimeout: 3000 },
      lanes: 4,
      deadlineMs: 250,
      breaker: { resetAfterMs: 500 },
    });
  });

  it('let the settings of the connection go before the URL', () => {
    const options: RedisPoolOptions = { url: 'redis://app:old@db.test/2', redis: { password: 'new', keepAlive: 5000 } };
    expect(resolveOptions(options).connection).toMatchObject({
      username: 'app',
      password: 'new',
      db: 2,
      keepAlive: 5000,
    });
  });

  it.each([
    [{ lanes: 0 }, 'lanes must be a whole number between 1 and 1000, got 0.'],
    [{ deadlineMs: 'soon' }, 'deadlineMs must be a duration'],
    [{ breaker: { failures: 2.5 } }, 'breaker.failures must be a whole number of at least 1, got 2.5.'],
    [{ redis: { enableOfflineQueue: true } }, 'redis must be an object with only the keys username, password'],
    [{ deadline: '1s' }, 'options must be an object with only the keys url, lanes, deadlineMs'],
  ])('refuse %o with the rule and the value', (options, message) => {
    expect(() => resolveOptions(options as RedisPoolOptions)).toThrow(message);
    expect(() => resolveOptions(options as RedisPoolOptions)).toThrow(
      expect.objectContaining({ code: 'ERR_REDIS_POOL_OPTION' }),
    );
  });
});
