import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resetDelayMs } from './reset-delay.ts';

const SETTINGS = { resetAfterMs: 1000, resetFactor: 2, longestResetMs: 10_000 };

describe('the time until the next probe', () => {
  it.each([
    [0, 0, 500],
    [0, 0.5, 750],
    [0, 0.999_999, 1000],
    [1, 0, 1000],
    [3, 0, 4000],
    [4, 0, 5000],
    [4, 0.999_999, 10_000],
    [5000, 0.999_999, 10_000],
  ])('after %d failed probes, with %d, is %d ms', (failedProbes, random, expected) => {
    expect(resetDelayMs(failedProbes, random, SETTINGS)).toBe(expected);
  });

  it('does not grow where the factor is 1', () => {
    expect(resetDelayMs(100, 0, { ...SETTINGS, resetFactor: 1 })).toBe(500);
  });

  it('is never shortened by a limit below its start', () => {
    expect(resetDelayMs(3, 0, { ...SETTINGS, longestResetMs: 10 })).toBe(500);
  });

  it('is a whole number within half of the limit and the limit, and never shrinks as probes fail', () => {
    const settings = fc.record({
      resetAfterMs: fc.integer({ min: 1, max: 100_000 }),
      resetFactor: fc.double({ min: 1, max: 1000, noNaN: true }),
      longestResetMs: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    });
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(settings, random, fc.nat({ max: 3000 }), (given, chance, failed) => {
        const delayMs = resetDelayMs(failed, chance, given);
        const longestMs = Math.max(given.longestResetMs, given.resetAfterMs);
        expect(Number.isSafeInteger(delayMs)).toBe(true);
        expect(delayMs).toBeGreaterThanOrEqual(given.resetAfterMs / 2);
        expect(delayMs).toBeLessThanOrEqual(longestMs);
        expect(resetDelayMs(failed + 1, chance, given)).toBeGreaterThanOrEqual(delayMs);
      }),
    );
  });
});
