import { type Cache, defineKeys } from '@breakwater/cache';
import type { WarmSet } from '@breakwater/cache/warmer';
import type { Domain } from '../domain.ts';
import { PAIRS, type Pair } from '../market/pairs.ts';
import { tags } from '../tags.ts';
import {
  calculateIndicator,
  DEFAULT_PERIODS,
  INDICATORS,
  type IndicatorName,
  type IndicatorValue,
} from './indicators.ts';

/** Indicators of the days that are closed, cached: several responses share one figure. */
export interface Figures {
  /** `undefined` where there are not enough days. */
  of(pair: Pair, name: IndicatorName, period: number): Promise<IndicatorValue | undefined>;
  /** Those that are asked for most, to be there before they are: a set for each pair. */
  warmSets(everyMs: number): Record<string, WarmSet<'indicator'>>;
}

// Under the day it was calculated from, so that a cached response is never the older for what is cached behind it.
const keys = defineKeys({ figure: 'indicator:{pair}:{name}:{period}:{date}' });

export function createFigures({ clock, feed }: Domain, cache: Cache): Figures {
  const closedDays = (pair: Pair) => feed.closedDays(pair, clock.now());

  function keyOf(pair: Pair, name: IndicatorName, period: number): string {
    return keys.figure({ pair, name, period, date: closedDays(pair).at(-1)?.date ?? 'none' });
  }

  function calculate(pair: Pair, name: IndicatorName, period: number): IndicatorValue | undefined {
    const closes = closedDays(pair).map(({ close }) => close);
    return calculateIndicator(name, period, closes);
  }

  function warmSet(pair: Pair, everyMs: number): WarmSet<'indicator'> {
    const wanted = () => new Map(INDICATORS.map((name) => [keyOf(pair, name, DEFAULT_PERIODS[name]), name]));
    return {
      keys: () => wanted().keys(),
      loadMany(some) {
        const names = wanted();
        return new Map(
          some.flatMap((key) => {
            const name = names.get(key);
            return name ? [[key, calculate(pair, name, DEFAULT_PERIODS[name])] as const] : [];
          }),
        );
      },
      policy: 'indicator',
      tags: [tags.indicators(pair)],
      every: everyMs,
    };
  }

  return {
    of: (pair, name, period) =>
      cache.getOrLoad(keyOf(pair, name, period), () => calculate(pair, name, period), {
        policy: 'indicator',
        tags: [tags.indicators(pair)],
      }),
    warmSets: (everyMs) => Object.fromEntries(PAIRS.map((pair) => [pair, warmSet(pair, everyMs)])),
  };
}
