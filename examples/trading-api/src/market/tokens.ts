import type { Pair } from './pairs.ts';

/** What a symbol stands for. */
export interface Token {
  readonly symbol: string;
  readonly name: string;
  readonly kind: 'share' | 'index' | 'currency';
  readonly decimals: number;
  readonly pairs: readonly Pair[];
  /** The npm package its prices come from. */
  readonly source?: string;
}

const TOKENS: readonly Token[] = [
  {
    symbol: 'AAPL',
    name: 'Apple Inc.',
    kind: 'share',
    decimals: 2,
    pairs: ['AAPL-USD'],
    source: '@observablehq/sample-datasets',
  },
  { symbol: 'SPX', name: 'S&P 500', kind: 'index', decimals: 2, pairs: ['SPX-USD'], source: 'vega-datasets' },
  { symbol: 'USD', name: 'US dollar', kind: 'currency', decimals: 2, pairs: ['AAPL-USD', 'SPX-USD'] },
];

export const SYMBOLS: readonly string[] = TOKENS.map((token) => token.symbol);

/** The token that `symbol` names in any case, `undefined` where it names none. */
export function findToken(symbol: string): Token | undefined {
  return TOKENS.find((token) => token.symbol === symbol.toUpperCase());
}
