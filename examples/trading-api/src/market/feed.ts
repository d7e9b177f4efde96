import type { Bar, Series } from './bars.ts';
import type { Pair } from './pairs.ts';
import { priceWithin } from './price-path.ts';

/** Closed days before the replay's first one, so that every indicator has its history from the start. */
const HISTORY_DAYS = 250;

/** The replayed market. All it says follows from the series and `nowMs`, so instances agree without talking. */
export interface Feed {
  quote(pair: Pair, nowMs: number): Quote;
  /** The days that are over, oldest first; the last one is yesterday. */
  closedDays(pair: Pair, nowMs: number): readonly Bar[];
}

export interface Quote {
  readonly price: number;
  /** The date of the day that is being replayed. */
  readonly date: string;
  readonly previousClose: number;
  readonly changePercent: number;
  /** Shares traded so far in that day. */
  readonly volume: number;
}

/**
 * @param dayMs how long one trading day of the series lasts here. Behind its last day a series starts over.
 * @throws RangeError when a series is too short to replay.
 */
export function createFeed(series: Series, dayMs: number): Feed {
  for (const [pair, bars] of Object.entries(series)) {
    if (bars.length <= HISTORY_DAYS) throw new RangeError(`${pair} has ${bars.length} days, too few to replay.`);
  }

  function todayIndex(bars: readonly Bar[], nowMs: number): number {
    return HISTORY_DAYS + (Math.floor(nowMs / dayMs) % (bars.length - HISTORY_DAYS));
  }

  return {
    closedDays(pair, nowMs) {
      const bars = series[pair];
      return bars.slice(0, todayIndex(bars, nowMs));
    },
    quote(pair, nowMs) {
      const bars = series[pair];
      const index = todayIndex(bars, nowMs);
      const [yesterday, today] = bars.slice(index - 1) as [Bar, Bar];
      const progress = (nowMs % dayMs) / dayMs;
      const price = priceWithin(today, progress);
      return {
        price: toCents(price),
        date: today.date,
        previousClose: toCents(yesterday.close),
        changePercent: toCents((price / yesterday.close - 1) * 100),
        volume: Math.floor(today.volume * progress),
      };
    },
  };
}

/** Two decimals, as prices are quoted. */
export function toCents(amount: number): number {
  return Math.round(amount * 100) / 100;
}
