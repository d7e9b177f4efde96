import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Pair } from './pairs.ts';

/** One trading day. Prices in US dollars (index points for SPX), volume in shares. */
export interface Bar {
  /** `2018-05-11` */
  readonly date: string;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** Every pair's days, oldest first. */
export type Series = Readonly<Record<Pair, readonly Bar[]>>;

const require = createRequire(import.meta.url);

/** The two real series, as their npm packages bring them: Apple 2013-2018, the S&P 500 index 2000-2020. */
export async function readSeries(): Promise<Series> {
  const [aapl, spx] = await Promise.all([
    readFile(require.resolve('@observablehq/sample-datasets/aapl.csv'), 'utf8'),
    // vega-datasets exports only its index, which lies in build/ beside data/.
    readFile(join(require.resolve('vega-datasets'), '../../data/sp500-2000.csv'), 'utf8'),
  ]);
  return { 'AAPL-USD': parseBars(aapl), 'SPX-USD': parseBars(spx) };
}

/**
 * Days out of CSV with the columns date, open, high, low, close, adjusted close, volume under one heading line.
 *
 * @throws RangeError on a line that is no day, with its number.
 */
export function parseBars(csv: string): Bar[] {
  const [, ...lines] = csv.trim().split(/\r?\n/);
  return lines.map((line, index) => {
    const [date = '', ...columns] = line.split(',');
    const [open = NaN, high = NaN, low = NaN, close = NaN, , volume = NaN] = columns.map(Number);
    const bar = { date, open, high, low, close, volume };
    if (!isBar(bar)) throw new RangeError(`Line ${index + 2} of the price data is no trading day: ${line}`);
    return bar;
  });
}

function isBar({ date, open, high, low, close, volume }: Bar): boolean {
  const spansTheDay = low > 0 && low <= Math.min(open, close) && high >= Math.max(open, close);
  return /^\d{4}-\d{2}-\d{2}$/.test(date) && spansTheDay && high < Infinity && volume >= 0;
}
