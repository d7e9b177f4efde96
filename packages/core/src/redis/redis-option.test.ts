import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { createOptionChecks } from '../options.ts';
import { refuseKeyPrefix, resolveRedis } from './redis-option.ts';

const checks = createOptionChecks('TEST');

describe('the option redis', () => {
  it.each([undefined, null])('that is %s is without Redis', (redis) => {
    expect(resolveRedis(checks, redis)).toBeUndefined();
  });

  it('is an ioredis client as it is', () => {
    const redis = new Redis({ lazyConnect: true });
    expect(resolveRedis(checks, redis)).toBe(redis);
  });

  it.each([
    ['a URL', 'redis://:hunter2@localhost', 'a string'],
    ['a client of another library', { evalSha: () => {}, mGet: () => {} }, 'an object'],
    ['a number', 6379, 'a number'],
  ])('is refused where it is %s, without showing it', (_what, redis, shown) => {
    expect(() => resolveRedis(checks, redis)).toThrow(
      expect.objectContaining({
        code: 'ERR_TEST_OPTION',
        message: `redis must be a Breakwater pool or an ioredis client, got "${shown} that is neither".`,
      }),
    );
  });

  it('may be required to have no keyPrefix', () => {
    const prefixed = new Redis({ lazyConnect: true, keyPrefix: 'app:' });
    expect(() => refuseKeyPrefix(checks, prefixed)).toThrow('redis must be a client without keyPrefix');
    refuseKeyPrefix(checks, new Redis({ lazyConnect: true }));
  });
});
