import { afterEach, describe, expect, it } from 'vitest';
import {
  cacheInfo,
  clear,
  closeDefaultCache,
  configureDefaultCache,
  defaultCache,
  del,
  get,
  getOrLoad,
  set,
} from './default.ts';

describe('the default cache', () => {
  afterEach(() => closeDefaultCache());

  it('is one for all who use it, memory alone where nobody has configured it', async () => {
    await set('a', { price: 1 });
    expect(await get('a')).toEqual({ price: 1 });
    expect(await defaultCache().get('a')).toEqual({ price: 1 });
    expect(await getOrLoad('b', () => 2)).toBe(2);
    expect([await del('a'), await del('a')]).toEqual([true, false]);
    expect(await clear()).toMatchObject({ memoryEntries: 1 });
    expect(defaultCache().stats().redis.state).toBe('off');
  });

  it('has the options that it was configured with, once', async () => {
    const cache = configureDefaultCache({ namespace: 'shop', policies: { price: { ttl: '5s' } } });
    expect(defaultCache()).toBe(cache);
    await set('a', 1, { policy: 'price' });
    expect(await cache.ttl('a')).toBeLessThanOrEqual(5000);
    expect(() => configureDefaultCache({})).toThrow(expect.objectContaining({ code: 'ERR_CACHE_OPTION' }));
    await closeDefaultCache();
    expect(await get('a')).toBeUndefined();
  });

  it('tells of itself at a glance', async () => {
    expect(cacheInfo()).toMatchObject({
      config: { namespace: 'app', policies: ['default'], maxBytes: 100 * 1024 ** 2, maxEntries: 100_000 },
      metrics: { hitRate: null, l1HitRate: null, avgGetTimeMs: null, totalOperations: 0 },
      circuitBreaker: 'off',
    });
    await set('a', 1);
    for (const key of ['a', 'a', 'a', 'missing']) await get(key);
    await del('a');
    expect(cacheInfo()).toMatchObject({
      metrics: { hitRate: 0.75, l1HitRate: 0.75, avgGetTimeMs: 0, totalOperations: 6 },
      cacheLevels: { l1: { entries: 0 }, l2: { state: 'off' } },
    });
  });

  it('tells what went past the cache, which no share counts', async () => {
    await set('a', 1);
    await get('a');
    defaultCache().setMode('bypass');
    await get('a');
    expect(cacheInfo().metrics).toMatchObject({ hitRate: 1, l1HitRate: 1, bypass: 1, totalOperations: 3 });
  });
});
