/** What can be traded here; each pair replays one real daily series. */
export const PAIRS = ['AAPL-USD', 'SPX-USD'] as const;

export type Pair = (typeof PAIRS)[number];

/** The pair that `text` names in any case, `undefined` where it names none. */
export function findPair(text: unknown): Pair | undefined {
  return typeof text === 'string' ? PAIRS.find((pair) => pair === text.toUpperCase()) : undefined;
}
