/** What the topics of the cache read and write. Numbers differ from field to field, as real ones do. */

/** About 200 bytes of JSON. */
export const QUOTE = {
  pair: 'BTC-USD',
  bid: 67250.25,
  ask: 67251.5,
  last: 67250.75,
  volume: 18234.125,
  change24h: -1.82,
  venue: 'kraken',
  currency: 'USD',
  at: '2026-03-02T09:30:00.000Z',
  status: 'open',
};

/** About 2 KB of JSON: what a cache that copies or parses on a hit has to pay for. */
export const CANDLES = {
  pair: 'BTC-USD',
  interval: '1m',
  candles: Array.from({ length: 28 }, (_, minute) => ({
    time: 1_763_700_000 + minute * 60,
    open: 101.25 + minute / 8,
    high: 102.5 + minute / 4,
    low: 100.5 + minute / 16,
    volume: 40_000 + minute * 37,
  })),
};

export const TTL_MS = 3_600_000;

/** More than are ever asked for at a time, so that no case is served by joining callers of the same key. */
export const KEYS: readonly string[] = Array.from({ length: 4096 }, (_, index) => `quote:${index}`);

/** The keys in turn, for ever. */
export function createKeyTurn(): () => string {
  let turn = 0;
  return () => {
    turn = (turn + 1) % KEYS.length;
    return KEYS[turn] as string;
  };
}
