import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDuration } from './duration.ts';

describe('parseDuration', () => {
  it.each([
    ['250ms', 250],
    ['5s', 5000],
    ['1m', 60_000],
    ['1.5h', 5_400_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
    ['2w', 1_209_600_000],
    [' 5s ', 5000],
    [1500, 1500],
    [-1, -1],
  ])('reads %j as %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each([
    '',
    '5',
    's',
    '5 s',
    '-5s',
    '5S',
    '5min',
    '1h30m',
    '1e3s',
    'Infinity',
    null,
    undefined,
    {},
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ])('reads %j as no duration', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('reads every whole number of every unit as that many milliseconds', () => {
    const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
    fc.assert(
      fc.property(fc.nat(100_000), fc.constantFrom(...Object.entries(units)), (count, [unit, unitMs]) => {
        expect(parseDuration(`${count}${unit}`)).toBe(count * unitMs);
      }),
    );
  });
});
