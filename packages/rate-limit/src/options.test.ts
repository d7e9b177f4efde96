import { asDocumented, documentedDefaults } from '@breakwater/testkit';
import { describe, expect, it } from 'vitest';
import { FLEXIBLE_DEFAULTS } from './flexible-options.ts';
import { DEFAULTS, MEMORY_DEFAULTS, resolveOptions } from './options.ts';

describe('the options', () => {
  it('are what the defaults say where nothing is given', () => {
    const resolved = resolveOptions({});
    expect(resolved).toMatchObject({ onOutage: 'local', namespace: 'app', deadlineMs: 250, maxKeys: 100_000 });
    expect([...resolved.plans.byName.values()].map(({ name, limit, windowMs }) => [name, limit, windowMs])).toEqual([
      ['anonymous', 60, 60_000],
      ['authenticated', 120, 60_000],
      ['premium', 300, 60_000],
      ['admin', 1000, 60_000],
    ]);
  });

  it('take an explicit undefined for absent', () => {
    expect(resolveOptions({ onOutage: undefined, plans: undefined }).onOutage).toBe('local');
  });

  it('take a redis of null for absent, as the cache does', () => {
    expect(resolveOptions({ redis: null as never }).redis).toBeUndefined();
  });

  it.each([
    [{ onOutage: 'open' }, "onOutage must be one of 'local', 'allow', 'deny', got \"open\"."],
    [{ plan: 'anonymous' }, 'plan must be a function, got "anonymous".'],
    [{ key: 'ip' }, 'key must be a function, got "ip".'],
    [{ skip: true }, 'skip must be a function, got true.'],
    [{ namespace: '' }, 'namespace must be a text that is not empty, got "".'],
    [{ deadlineMs: 0 }, 'deadlineMs must be a duration'],
    [{ memory: { maxKeys: -5 } }, 'memory.maxKeys must be a whole number of at least 1, got -5.'],
    [{ memory: { max: 5 } }, 'memory must be an object with only the keys maxKeys'],
    [{ redis: 'redis://:hunter2@localhost' }, 'redis must be a Breakwater pool or an ioredis client, got "a string'],
    [{ windowMs: 60_000 }, 'options must be an object with only the keys'],
    ['60/min', 'options must be an object of options, got "60/min".'],
  ])('%j are refused: %s', (options, message) => {
    expect(() => resolveOptions(options as object)).toThrow(
      expect.objectContaining({ code: 'ERR_RATE_LIMIT_OPTION', message: expect.stringContaining(message) }),
    );
  });

  it.each([
    ['options.ts', 'RateLimiterOptions', DEFAULTS],
    ['options.ts', 'MemoryOptions', MEMORY_DEFAULTS],
    ['flexible-options.ts', 'SlidingWindowLimiterOptions', FLEXIBLE_DEFAULTS],
  ])('in %s, %s, are documented with the defaults they have', (file, name, defaults) => {
    expect(documentedDefaults(new URL(file, import.meta.url), name)).toEqual(asDocumented(defaults));
  });
});
