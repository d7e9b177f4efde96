import { describe, expect, it } from 'vitest';
import { parseBars, readSeries } from './bars.ts';

describe('the price data', () => {
  it('is the real daily series of Apple and the S&P 500', async () => {
    const series = await readSeries();
    expect(series['AAPL-USD']).toHaveLength(1260);
    expect(series['AAPL-USD'][0]).toEqual({
      date: '2013-05-13',
      open: 64.501427,
      high: 65.414284,
      low: 64.5,
      close: 64.96286,
      volume: 79_237_200,
    });
    expect(series['SPX-USD']).toHaveLength(5105);
    expect(series['SPX-USD'].at(-1)).toMatchObject({ date: '2020-04-17', close: 2874.560059 });
  });

  it.each([
    ['a word for a price', '2013-05-13,64,x,63,64,64,100'],
    ['a missing column', '2013-05-13,64,65,63,64,64'],
    ['a high below the close', '2013-05-13,64,63,62,64,64,100'],
    ['no date', 'yesterday,64,65,63,64,64,100'],
  ])('refuses %s and names the line', (_, line) => {
    expect(() => parseBars(`Date,Open,High,Low,Close,Adj Close,Volume\n${line}`)).toThrow(/^Line 2 of the price data/);
  });
});
