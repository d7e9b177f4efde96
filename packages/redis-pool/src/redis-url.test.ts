import { describe, expect, it } from 'vitest';
import { parseRedisUrl } from './redis-url.ts';

describe('a Redis URL', () => {
  it.each([
    ['redis://localhost', { host: 'localhost', port: 6379 }],
    ['redis://10.0.0.1:7000/', { host: '10.0.0.1', port: 7000 }],
    ['redis://[::1]:7000/15', { host: '::1', port: 7000, db: 15 }],
    ['redis://:p%40ss@cache', { host: 'cache', port: 6379, password: 'p@ss' }],
    [
      'rediss://app:s3cret@cache:6380/0',
      { host: 'cache', port: 6380, username: 'app', password: 's3cret', db: 0, tls: {} },
    ],
  ])('%s names a connection', (url, connection) => {
    expect(parseRedisUrl(url)).toEqual(connection);
  });

  it.each([
    'localhost:6379',
    'http://localhost',
    'redis://',
    'redis://cache/first',
    'redis://cache?enableOfflineQueue=true',
    'redis://:%zz@cache',
    '',
    6379,
    undefined,
  ])('%s is refused', (url) => {
    expect(() => parseRedisUrl(url)).toThrow(expect.objectContaining({ code: 'ERR_REDIS_POOL_OPTION', option: 'url' }));
  });

  it('is not repeated with its password when it is refused', () => {
    expect(() => parseRedisUrl('redis://app:hunter2@cache/first')).toThrow(/got "…@cache\/first"\.$/);
    expect(() => parseRedisUrl('redis://app:hunter2@cache/first')).not.toThrow(/hunter2/);
  });
});
