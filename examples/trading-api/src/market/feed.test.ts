import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bar, readSeries } from './bars.ts';
import { createFeed } from './feed.ts';
import { priceWithin } from './price-path.ts';

const series = await readSeries();
const DAY_MS = 60_000;
const feed = createFeed(series, DAY_MS);

describe('the replayed feed', () => {
  it('says the same at the same time on every instance', () => {
    const other = createFeed(series, DAY_MS);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), (nowMs) => {
        expect(other.quote('AAPL-USD', nowMs)).toEqual(feed.quote('AAPL-USD', nowMs));
      }),
    );
  });

  it('quotes inside the range of the day it replays, against the close of the day before', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), (nowMs) => {
        const quote = feed.quote('SPX-USD', nowMs);
        const closed = feed.closedDays('SPX-USD', nowMs);
        const today = series['SPX-USD'][closed.length];
        expect(quote.date).toBe(today?.date);
        expect(quote.price).toBeGreaterThanOrEqual((today?.low ?? Infinity) - 0.01);
        expect(quote.price).toBeLessThanOrEqual((today?.high ?? 0) + 0.01);
        expect(quote.previousClose).toBeCloseTo(closed.at(-1)?.close ?? 0, 2);
      }),
    );
  });

  it('moves on by one day every day length, and starts over behind the last day with its history still there', () => {
    const replayed = 1260 - 250;
    const cycleMs = replayed * DAY_MS;
    expect(feed.closedDays('AAPL-USD', 0)).toHaveLength(250);
    expect(feed.closedDays('AAPL-USD', DAY_MS)).toHaveLength(251);
    expect(feed.closedDays('AAPL-USD', cycleMs - 1)).toHaveLength(1259);
    expect(feed.closedDays('AAPL-USD', cycleMs)).toHaveLength(250);
  });

  it('refuses a series that is too short to replay', () => {
    expect(() => createFeed({ ...series, 'AAPL-USD': series['AAPL-USD'].slice(0, 250) }, DAY_MS)).toThrow(
      'AAPL-USD has 250 days, too few to replay.',
    );
  });
});

describe('the price inside a day', () => {
  const rising: Bar = { date: '2020-01-02', open: 10, high: 14, low: 8, close: 12, volume: 1 };
  const falling: Bar = { ...rising, open: 12, close: 10 };

  it.each([
    ['a rising day', rising, [10, 8, 14]],
    ['a falling day', falling, [12, 14, 8]],
  ])('of %s turns at its low and high in that order', (_, bar, [open, first, second]) => {
    expect(priceWithin(bar, 0)).toBe(open);
    expect(priceWithin(bar, 1 / 3)).toBeCloseTo(first as number, 9);
    expect(priceWithin(bar, 2 / 3)).toBeCloseTo(second as number, 9);
    expect(priceWithin(bar, 1)).toBeCloseTo(bar.close, 9);
  });
});
