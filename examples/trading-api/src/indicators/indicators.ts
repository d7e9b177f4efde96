import { BollingerBands, EMA, MACD, RSI, SMA } from 'trading-signals';

export const INDICATORS = ['rsi', 'macd', 'sma', 'ema', 'bollinger'] as const;

export type IndicatorName = (typeof INDICATORS)[number];

/** One number, or one by name: `{ macd, signal, histogram }`, `{ lower, middle, upper }`. */
export type IndicatorValue = number | Readonly<Record<string, number>>;

interface Calculation {
  readonly indicator: { updates(closes: readonly number[]): unknown; getResult(): IndicatorValue | null };
  /** Closes without which the result would not be the indicator's yet. */
  readonly needs: number;
  /** Closes it looks back on; a smoothed one never forgets. */
  readonly reach: number;
}

const CALCULATIONS: Record<IndicatorName, (period: number) => Calculation> = {
  rsi: (period) => ({ indicator: new RSI(period), needs: period + 1, reach: Infinity }),
  sma: (period) => ({ indicator: new SMA(period), needs: period, reach: period }),
  ema: (period) => ({ indicator: new EMA(period), needs: period, reach: Infinity }),
  bollinger: (period) => ({ indicator: new BollingerBands(period), needs: period, reach: period }),
  // The period is the slow average's; the other two keep Appel's proportions 12 : 26 : 9.
  macd(period) {
    const fast = Math.max(1, Math.round((period * 12) / 26));
    const signal = Math.max(1, Math.round((period * 9) / 26));
    return {
      indicator: new MACD(new EMA(fast), new EMA(period), new EMA(signal)),
      needs: period + signal - 1,
      reach: Infinity,
    };
  },
};

/** The usual periods, in days. */
export const DEFAULT_PERIODS: Readonly<Record<IndicatorName, number>> = Object.freeze({
  rsi: 14,
  macd: 26,
  sma: 20,
  ema: 20,
  bollinger: 20,
});

export function findIndicator(text: string): IndicatorName | undefined {
  return INDICATORS.find((name) => name === text.toLowerCase());
}

/** How many closes an indicator needs before it says anything. */
export function closesNeeded(name: IndicatorName, period: number): number {
  return CALCULATIONS[name](period).needs;
}

/** The indicator after the last of `closes` (oldest first), `undefined` where there are too few of them. */
export function calculateIndicator(
  name: IndicatorName,
  period: number,
  closes: readonly number[],
): IndicatorValue | undefined {
  const { indicator, needs, reach } = CALCULATIONS[name](period);
  if (closes.length < needs) return undefined;
  indicator.updates(closes.slice(-reach));
  return indicator.getResult() ?? undefined;
}
