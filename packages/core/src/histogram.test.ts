import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHistogram, LATENCY_BUCKETS_MS, quantileOf } from './histogram.ts';

describe('a histogram', () => {
  it('counts a value in the first bucket whose bound it does not exceed', () => {
    const histogram = createHistogram([1, 10]);
    for (const value of [0.5, 1, 1.5, 10, 11]) histogram.record(value);
    expect(histogram.snapshot()).toEqual({ bounds: [1, 10], counts: [2, 2, 1], sum: 24, count: 5 });
  });

  it('hands out a copy', () => {
    const histogram = createHistogram([1]);
    const before = histogram.snapshot();
    histogram.record(0.5);
    expect(before.counts).toEqual([0, 0]);
  });

  it('estimates every quantile inside the bucket of the exact one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 4999, noNaN: true }), { minLength: 1, maxLength: 200 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (values, quantile) => {
          const histogram = createHistogram();
          for (const value of values) histogram.record(value);
          const sorted = values.toSorted((a, b) => a - b);
          const exact = sorted[Math.max(0, Math.ceil(quantile * sorted.length) - 1)] as number;
          const upper = LATENCY_BUCKETS_MS.find((bound) => exact <= bound) as number;
          const lower = LATENCY_BUCKETS_MS.filter((bound) => bound < exact).at(-1) ?? 0;
          const estimate = quantileOf(histogram.snapshot(), quantile);
          expect(estimate).toBeGreaterThanOrEqual(lower);
          expect(estimate).toBeLessThanOrEqual(upper);
        },
      ),
    );
  });

  it('answers 0 without records and the last bound beyond the buckets', () => {
    const histogram = createHistogram([1, 10]);
    expect(quantileOf(histogram.snapshot(), 0.99)).toBe(0);
    histogram.record(500);
    expect(quantileOf(histogram.snapshot(), 0.99)).toBe(10);
  });
});
