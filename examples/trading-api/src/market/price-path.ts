import type { Bar } from './bars.ts';

/** Swings of the small wobble in one day; a multiple of three, so that it is still where the legs meet. */
const SWINGS = 240;
const WOBBLE = 0.03;

/**
 * The price inside a day, which its bar does not tell: a rising day goes open, low, high, close, a falling one open,
 * high, low, close, on three straight legs with a small wobble. It never leaves the day's range.
 *
 * @param progress the part of the day that is over, 0 to 1.
 */
export function priceWithin(bar: Bar, progress: number): number {
  const { open, high, low, close } = bar;
  const points = close >= open ? [open, low, high, close] : [open, high, low, close];
  const leg = Math.min(2, Math.floor(progress * 3));
  const from = points[leg] ?? open;
  const to = points[leg + 1] ?? close;
  const straight = from + (to - from) * (progress * 3 - leg);
  const wobble = Math.sin(2 * Math.PI * SWINGS * progress) * WOBBLE * (high - low);
  return Math.min(high, Math.max(low, straight + wobble));
}
