/** What every case answers: 2 KB of JSON, like a page of candles. */
export const QUOTES = Array.from({ length: 28 }, (_, minute) => ({
  time: 1_700_000_000 + minute * 60,
  open: 101.25 + minute,
  high: 102.5 + minute,
  low: 100.75 + minute,
  volume: 40_000 + minute,
}));
export const BODY = Buffer.from(JSON.stringify(QUOTES));
export const CONTENT_TYPE = 'application/json; charset=utf-8';
export const PATH = '/quotes';
