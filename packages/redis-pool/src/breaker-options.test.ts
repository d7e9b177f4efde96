import { readFileSync } from 'node:fs';
import { asDocumented, documentedDefaults } from '@breakwater/testkit';
import { describe, expect, it } from 'vitest';
import { BREAKER_DEFAULTS, type BreakerOptions, resolveBreaker } from './breaker-options.ts';

describe("the breaker's options", () => {
  it('are documented with the defaults they have', () => {
    const file = new URL('breaker-options.ts', import.meta.url);
    expect(documentedDefaults(file, 'BreakerOptions')).toEqual(asDocumented(BREAKER_DEFAULTS));
  });

  it('stand in the README with these defaults', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const rows = [...readme.matchAll(/^\| `breaker\.(\w+)` +\| `(.+?)` +\|/gm)];
    expect(Object.fromEntries(rows.map(([, name, value]) => [name, value]))).toEqual(asDocumented(BREAKER_DEFAULTS));
  });

  it('are resolved to numbers in milliseconds; nothing is slow unless it is said when', () => {
    expect(resolveBreaker({ longestReset: '1m' })).toEqual({
      failures: 5,
      failureRate: 0.5,
      slowCallMs: Number.POSITIVE_INFINITY,
      slowCallRate: 0.5,
      windowMs: 10_000,
      minimumCalls: 100,
      resetAfterMs: 1000,
      resetFactor: 2,
      longestResetMs: 60_000,
      probes: 1,
    });
    expect(resolveBreaker({ slowCallMs: '250ms' }).slowCallMs).toBe(250);
  });

  it.each([
    [{ failures: 2.5 }, 'breaker.failures must be a whole number of at least 1, got 2.5.'],
    [{ failureRate: 0 }, 'breaker.failureRate must be a share above 0 and up to 1, got 0.'],
    [{ slowCallRate: 50 }, 'breaker.slowCallRate must be a share above 0 and up to 1, got 50.'],
    [{ slowCallMs: 'never' }, 'breaker.slowCallMs must be a duration'],
    [{ windowMs: 5 }, 'breaker.windowMs must be a duration'],
    [{ resetFactor: 0.5 }, 'breaker.resetFactor must be a number of at least 1, got 0.5.'],
    [{ resetFactor: Number.NaN }, 'breaker.resetFactor must be a number of at least 1, got NaN.'],
    [{ longestReset: '30d' }, 'breaker.longestReset must be a duration'],
    [{ probes: 0 }, 'breaker.probes must be a whole number between 1 and 1000, got 0.'],
    [{ treshold: 5 }, 'breaker must be an object with only the keys failures, failureRate'],
  ])('refuse %o with the rule and the value', (options, message) => {
    expect(() => resolveBreaker(options as BreakerOptions)).toThrow(message);
  });
});
