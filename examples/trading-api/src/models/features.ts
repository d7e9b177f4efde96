import type { Bar } from '../market/bars.ts';

/** What a model sees of a day, and what it is to foretell. */
export interface Sample {
  readonly features: readonly number[];
  /** The next day's return: 0.01 is one percent up. */
  readonly target: number;
  readonly date: string;
}

/** Days a feature looks back. */
const LOOK_BACK = 20;

/**
 * The last day of `bars` as ratios, so that days of any price level and both series compare: returns over one day, the
 * day before and five days, distance from the 20-day mean, the day's range, volume against its 20-day mean.
 * `undefined` where there are fewer than 20 days.
 */
export function featuresOf(bars: readonly Bar[]): readonly number[] | undefined {
  const recent = bars.slice(-LOOK_BACK);
  const [today, yesterday, dayBefore, , , fiveBefore] = recent.toReversed();
  if (recent.length < LOOK_BACK || !today || !yesterday || !dayBefore || !fiveBefore) return undefined;
  return [
    today.close / yesterday.close - 1,
    yesterday.close / dayBefore.close - 1,
    today.close / fiveBefore.close - 1,
    today.close / mean(recent.map((bar) => bar.close)) - 1,
    (today.high - today.low) / today.close,
    today.volume / mean(recent.map((bar) => bar.volume)) - 1,
  ];
}

/** Every day of a series that has both a past to describe it and a next day to foretell, oldest first. */
export function samplesOf(bars: readonly Bar[]): Sample[] {
  return bars.flatMap((bar, index) => {
    const features = featuresOf(bars.slice(Math.max(0, index - LOOK_BACK + 1), index + 1));
    const next = bars[index + 1];
    return features && next ? [{ features, target: next.close / bar.close - 1, date: bar.date }] : [];
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
