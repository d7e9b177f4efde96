import { asDocumented, documentedDefaults, optionNames, tabledDefaults } from '@breakwater/testkit';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { type CacheOptions, cached, createCache } from '../index.ts';
import { createWarmer } from '../warmer.ts';
import { BUS_DEFAULTS } from './bus-options.ts';
import { INVALIDATION_DEFAULTS } from './invalidation-options.ts';
import { LOAD_DEFAULTS } from './load-options.ts';
import { MEMORY_POLICY_DEFAULTS } from './memory-policy.ts';
import { DEFAULTS, MEMORY_DEFAULTS, resolveOptions } from './options.ts';
import { POLICY_DEFAULTS } from './policy-options.ts';
import { REDIS_POLICY_DEFAULTS } from './redis-policy.ts';
import { SPACE_DEFAULTS } from './space-options.ts';
import { WRITE_BACK_DEFAULTS } from './write-options.ts';

describe('the options', () => {
  const memory = { maxBytes: undefined, isCopied: false };
  const redis = { compression: undefined, isEncrypted: false };

  const groups: [name: string, file: string, defaults: object, path: string][] = [
    ['CacheOptions', 'options.ts', DEFAULTS, ''],
    ['MemoryOptions', 'options.ts', MEMORY_DEFAULTS, 'memory.'],
    ['BusOptions', 'bus-options.ts', BUS_DEFAULTS, 'bus.'],
    ['EncryptionOptions', 'encryption-options.ts', {}, 'encryption.'],
    ['InvalidationOptions', 'invalidation-options.ts', INVALIDATION_DEFAULTS, 'invalidation.'],
    ['PolicyOptions', 'policy-options.ts', POLICY_DEFAULTS, 'policies.<name>.'],
    ['WriteBackOptions', 'write-options.ts', WRITE_BACK_DEFAULTS, 'writeBack.'],
    ['LoadPolicyOptions', 'load-options.ts', LOAD_DEFAULTS, 'policies.<name>.load.'],
    ['MemoryPolicyOptions', 'memory-policy.ts', MEMORY_POLICY_DEFAULTS, 'policies.<name>.memory.'],
    ['RedisPolicyOptions', 'redis-policy.ts', REDIS_POLICY_DEFAULTS, 'policies.<name>.redis.'],
  ];

  it.each(groups)('of %s are documented with the defaults they have', (name, file, defaults) => {
    expect(documentedDefaults(new URL(file, import.meta.url), name)).toEqual(asDocumented(defaults));
  });

  it('of a space are documented with the defaults they have', () => {
    const documented = documentedDefaults(new URL('space-options.ts', import.meta.url), 'SpaceOptions');
    expect(documented).toEqual(asDocumented(SPACE_DEFAULTS));
  });

  it('all stand in the README, with these defaults', () => {
    const expected = groups.flatMap(([name, file, defaults, path]) => {
      const literals = asDocumented(defaults);
      const names = optionNames(new URL(file, import.meta.url), name);
      const single = names.filter((option) => !groups.some(([, , , group]) => group.startsWith(`${path}${option}.`)));
      return single.map((option) => [path + option, literals[option] ?? '']);
    });
    const readme = new URL('../../README.md', import.meta.url);
    expect(tabledDefaults(readme, '\n## Options\n')).toEqual(Object.fromEntries(expected));
  });

  it('take absent for undefined, and leave the caller’s object alone', () => {
    const given = Object.freeze({ namespace: undefined, memory: Object.freeze({ ttl: '5s' as const }) });
    const options = resolveOptions(given);
    expect(options.namespace).toBe('app');
    expect(options.memory).toEqual({ maxBytes: 100 * 1024 ** 2, maxEntries: 100_000, ttlMs: 5000, blindTtlMs: 5000 });
    expect(options.policies).toMatchObject({
      default: {
        ttlMs: 3_600_000,
        staleWhileRevalidateMs: 0,
        staleIfErrorMs: 0,
        tags: [],
        write: 'through',
        memory,
        redis,
      },
    });
  });

  it('hold entries in memory for a minute in front of Redis, and as long as they live where memory is all there is', () => {
    const redis = new Redis({ lazyConnect: true });
    const memoryTtl = (options: CacheOptions) => resolveOptions(options).memory.ttlMs;
    expect(memoryTtl({ redis })).toBe(60_000);
    expect(memoryTtl({ redis, memory: { ttl: '5s' } })).toBe(5000);
    expect(memoryTtl({})).toBeGreaterThan(365 * 86_400_000);
    expect(memoryTtl({ memory: { ttl: '5s' } })).toBe(5000);
  });

  it('let a policy named default change what calls without a policy get', () => {
    const { policies } = resolveOptions({
      policies: { default: { ttl: '5s' }, price: { staleIfError: '1m', tags: ['a', 'a'] } },
    });
    expect(policies).toMatchObject({
      default: { ttlMs: 5000, staleWhileRevalidateMs: 0, staleIfErrorMs: 0, tags: [], memory, redis },
      price: { ttlMs: 3_600_000, staleWhileRevalidateMs: 0, staleIfErrorMs: 60_000, tags: ['a'], memory, redis },
    });
  });

  it.each<[object, string]>([
    [{ redis: {} }, 'redis must be a Breakwater pool or an ioredis client'],
    [{ redis: 'redis://:secret@localhost' }, 'got "a string that is neither"'],
    [
      { redis: { mgetBuffer: () => {}, evalsha: () => {}, duplicate: () => {}, options: { keyPrefix: 'app:' } } },
      'redis must be a client without keyPrefix',
    ],
    [{ deadlineMs: 0 }, 'deadlineMs must be'],
    [{ namespace: '' }, 'namespace must be'],
    [{ memory: { maxSize: '-1mb' } }, 'memory.maxSize must be'],
    [{ memory: { maxEntries: 1.5 } }, 'memory.maxEntries must be'],
    [{ memory: { size: 5 } }, 'memory must be an object with only the keys'],
    [{ memory: 5 }, 'memory must be an object'],
    [{ coherence: 'both' }, "coherence must be one of 'bus', 'tracking'"],
    [
      {
        coherence: 'tracking',
        redis: { mgetBuffer: () => {}, evalsha: () => {}, duplicate: () => {}, nodes: () => [] },
      },
      "coherence must be 'bus' on a Cluster",
    ],
    [{ bus: { beat: 5 } }, 'bus must be an object with only the keys'],
    [{ bus: { heartbeat: 0 } }, 'bus.heartbeat must be'],
    [{ bus: { instanceName: 'x'.repeat(65) } }, 'bus.instanceName must be a text of 1 to 64 characters'],
    [{ policies: { price: { ttl: '-5s' } } }, 'policies.price.ttl must be'],
    [{ policies: { price: { ttl: '11000d' } } }, 'policies.price.ttl must be'],
    [{ policies: { price: { staleWhileRevalidate: -1 } } }, 'policies.price.staleWhileRevalidate must be'],
    [{ policies: { price: { jitter: 0.6 } } }, 'policies.price.jitter must be a number from 0 to 0.5'],
    [{ policies: { price: { load: { eagerRefresh: 0 } } } }, 'policies.price.load.eagerRefresh must be'],
    [{ policies: { price: { load: { hardTimeout: 0 } } } }, 'policies.price.load.hardTimeout must be'],
    [{ policies: { price: { load: { softTimeout: '2s', hardTimeout: '1s' } } } }, 'shorter than hardTimeout'],
    [{ policies: { price: { load: { negativeTtl: -1 } } } }, 'policies.price.load.negativeTtl must be'],
    [{ policies: { price: { load: { timeout: 1 } } } }, 'policies.price.load must be an object with only'],
    [{ policies: { price: 5 } }, 'policies.price must be an object'],
    [{ policies: { price: { redis: 5 } } }, 'policies.price.redis must be an object'],
    [{ policies: { price: { redis: { ttl: 5 } } } }, 'policies.price.redis must be an object with only the keys'],
    [{ policies: { price: { compression: 'zstd' } } }, 'policies.price must be an object with only the keys'],
    [
      { policies: { price: { redis: { schema: {} } } } },
      "policies.price.redis.schema must be a validator with '~standard'",
    ],
    [{ policies: { price: { redis: { schema: null } } } }, 'policies.price.redis.schema must be'],
    [{ policies: { price: { write: 'later' } } }, "policies.price.write must be one of 'through', 'back', 'around'"],
    [{ policies: { price: { source: {} } } }, 'policies.price.source must be an object with at least one of load'],
    [{ policies: { price: { source: { load: 1 } } } }, 'policies.price.source.load must be a function'],
    [{ policies: { price: { source: null } } }, 'policies.price.source must be'],
    [{ writeBack: { batch: 0 } }, 'writeBack.batch must be'],
    [{ writeBack: { interval: '-1s' } }, 'writeBack.interval must be'],
    [{ writeBack: { size: 1 } }, 'writeBack must be an object with only the keys'],
    [{ policies: [] }, 'policies must be an object'],
    [{ clock: {} }, 'clock.now must be a function'],
    [{ invalidation: { auditSize: -1 } }, 'invalidation.auditSize must be'],
    [{ invalidation: { dependencies: ['a'] } }, 'invalidation.dependencies must be'],
    [{ ttl: 5 }, 'options must be an object with only the keys'],
  ])('%j are refused: %s', (options, message) => {
    expect(() => createCache(options as never)).toThrow(
      expect.objectContaining({ code: 'ERR_CACHE_OPTION', message: expect.stringContaining(message) }),
    );
  });

  it('refuse an empty tag in a policy', () => {
    expect(() => createCache({ policies: { price: { tags: [''] } } })).toThrow(
      expect.objectContaining({ code: 'ERR_CACHE_TAG' }),
    );
  });

  it('type the policies that calls may name', async () => {
    const cache = createCache({ policies: { price: { ttl: '5s' } } });
    cache.peek('a', { policy: 'price' });
    cache.peek('a', { policy: 'default' });
    // @ts-expect-error: a policy that was not declared
    expect(() => cache.peek('a', { policy: 'prices' })).toThrow('There is no policy "prices"');
    // @ts-expect-error: a policy that was not declared
    createWarmer(cache, { sets: { prices: { keys: [], policy: 'prices' } } });
    // @ts-expect-error: a policy that was not declared
    cached(cache, { key: () => 'a', policy: 'prices' });
    await cache.close();
  });

  it('refuse one space name for two codecs, and share it for one', () => {
    const cache = createCache();
    const codec = (name: string) => ({ name, encode: (value: Buffer) => value, decode: (value: Buffer) => value });
    expect(cache.space('http', { codec: codec('raw') })).toBe(cache.space('http', { codec: codec('raw') }));
    expect(() => cache.space('http', { codec: codec('other') })).toThrow('not in use with another codec');
    expect(() => cache.space('HTTP', { codec: codec('raw') })).toThrow('space must be');
    expect(() => cache.space('files', { codec: codec('') })).toThrow('codec.name must be');
  });
});
