import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseHttpDate } from './http-date.ts';

const NOW_MS = Date.UTC(2026, 10, 21);

describe('parseHttpDate', () => {
  it.each([
    'Sun, 06 Nov 1994 08:49:37 GMT',
    'sun, 06 NOV 1994 08:49:37 gmt',
    'Sunday, 06-Nov-94 08:49:37 GMT',
    'Sun Nov  6 08:49:37 1994',
  ])('reads %s', (text) => {
    expect(parseHttpDate(text, NOW_MS)).toBe(Date.UTC(1994, 10, 6, 8, 49, 37));
  });

  it('takes a two-digit year for one not more than 50 years ahead', () => {
    expect(parseHttpDate('Thursday, 18-Aug-50 02:01:18 GMT', NOW_MS)).toBe(Date.UTC(2050, 7, 18, 2, 1, 18));
    expect(parseHttpDate('Friday, 18-Aug-77 02:01:18 GMT', NOW_MS)).toBe(Date.UTC(1977, 7, 18, 2, 1, 18));
  });

  it.each([
    '',
    '0',
    '-1',
    '1994-11-06',
    'Sun, 06 Nov 1994 08:49:37',
    'Sun, 06 Nov 1994 08:49:37 UTC',
    'Sun, 06 Nov 1994 08.49.37 GMT',
    'Sun, 06 Nov 1994 8:49:37 GMT',
    'Sun, 06  Nov  1994 08:49:37 GMT',
    'Sun 06 Nov 1994 08:49:37 GMT',
    'Sun, 06-Nov-1994 08:49:37 GMT',
    'Sun, 06 Nov 94 08:49:37 GMT',
    'Sun, 99 Nov 1994 08:49:37 GMT',
    'Sun, 30 Feb 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 25:49:37 GMT',
  ])('refuses %s', (text) => {
    expect(parseHttpDate(text, NOW_MS)).toBeUndefined();
  });

  it('reads what toUTCString writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 253_402_300_799 }), (seconds) => {
        expect(parseHttpDate(new Date(seconds * 1000).toUTCString(), NOW_MS)).toBe(seconds * 1000);
      }),
    );
  });
});
