import { describe, expect, it } from 'vitest';
import { calculateIndicator, closesNeeded, DEFAULT_PERIODS, INDICATORS } from './indicators.ts';

describe('the indicators', () => {
  it('agree with figures worked out by hand', () => {
    expect(calculateIndicator('sma', 3, [1, 2, 3, 4, 8])).toBe(5);
    // alpha = 2 / (3 + 1): 2, then (4 + 2) / 2 = 3, then (9 + 3) / 2 = 6.
    expect(calculateIndicator('ema', 3, [2, 4, 9])).toBe(6);
    // mean 5, population deviation 2, the bands lie two deviations away.
    expect(calculateIndicator('bollinger', 8, [2, 4, 4, 4, 5, 5, 7, 9])).toEqual({ lower: 1, middle: 5, upper: 9 });
    // gains 1 and 3, losses 2: (4/3) / (2/3) = 2, and 100 - 100 / (1 + 2).
    expect(calculateIndicator('rsi', 3, [10, 11, 9, 12])).toBeCloseTo(66.6667, 4);
  });

  it("agree with Wilder's RSI on the example of the literature", () => {
    // The 14-day example of StockCharts' ChartSchool, whose first RSI is 70.53 (from unrounded closes).
    const closes = [
      44.34, 44.09, 44.15, 43.61, 44.33, 44.83, 45.1, 45.42, 45.84, 46.08, 45.89, 46.03, 45.61, 46.28, 46.28,
    ];
    expect(calculateIndicator('rsi', 14, closes)).toBeCloseTo(70.46, 2);
  });

  it('give a MACD whose histogram is the distance to its signal, and which is zero where nothing moves', () => {
    const rising = Array.from({ length: 60 }, (_, day) => 100 + day);
    const { macd, signal, histogram } = calculateIndicator('macd', 26, rising) as Record<string, number>;
    expect(macd).toBeGreaterThan(0);
    expect(histogram).toBeCloseTo((macd ?? 0) - (signal ?? 0), 12);
    const flat = calculateIndicator('macd', 26, new Array(60).fill(100)) as Record<string, number>;
    for (const value of Object.values(flat)) expect(value).toBeCloseTo(0, 12);
  });

  it.each(INDICATORS)('%s says nothing until it has the closes it needs', (name) => {
    const needed = closesNeeded(name, DEFAULT_PERIODS[name]);
    const closes = Array.from({ length: needed }, (_, day) => 100 + (day % 7));
    expect(calculateIndicator(name, DEFAULT_PERIODS[name], closes.slice(1))).toBeUndefined();
    expect(calculateIndicator(name, DEFAULT_PERIODS[name], closes)).toBeDefined();
  });
});
