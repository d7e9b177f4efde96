import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reconnectDelayMs } from './reconnect-delay.ts';

describe('the delay before a reconnect', () => {
  it.each([
    [1, 0, 25],
    [1, 0.5, 38],
    [2, 0, 50],
    [5, 0, 400],
    [6, 0, 500],
    [1000, 0, 500],
  ])('of attempt %i with chance %f is %i ms', (attempt, random, delayMs) => {
    expect(reconnectDelayMs(attempt, random)).toBe(delayMs);
  });

  it('stays between 25 ms and a second, however long the outage', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (n, random) => {
          const delayMs = reconnectDelayMs(n, random);
          expect(delayMs).toBeGreaterThanOrEqual(25);
          expect(delayMs).toBeLessThanOrEqual(1000);
        },
      ),
    );
  });
});
