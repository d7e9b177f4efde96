import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endOfPeriod, QUOTA_PERIODS, type QuotaPeriod } from './quota-period.ts';

describe('the end of a period', () => {
  it.each<[QuotaPeriod, string, string]>([
    ['hourly', '2026-11-21T03:59:59.999Z', '2026-11-21T04:00:00.000Z'],
    ['hourly', '2026-12-31T23:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    ['daily', '2026-11-21T00:00:00.000Z', '2026-11-22T00:00:00.000Z'],
    ['daily', '2028-02-28T23:59:59.999Z', '2028-02-29T00:00:00.000Z'],
    ['monthly', '2026-12-31T23:59:59.999Z', '2027-01-01T00:00:00.000Z'],
    ['monthly', '2028-02-29T12:00:00.000Z', '2028-03-01T00:00:00.000Z'],
    ['monthly', '2027-02-01T00:00:00.000Z', '2027-03-01T00:00:00.000Z'],
  ])('%s at %s is %s', (period, now, end) => {
    expect(new Date(endOfPeriod(period, Date.parse(now))).toISOString()).toBe(end);
  });

  it('lies ahead, and is the same for every moment until then', () => {
    const moment = fc.integer({ min: 0, max: Date.UTC(2100, 0) });
    fc.assert(
      fc.property(fc.constantFrom(...QUOTA_PERIODS), moment, fc.nat(99), (period, now, percent) => {
        const end = endOfPeriod(period, now);
        expect(end).toBeGreaterThan(now);
        expect(endOfPeriod(period, now + Math.floor(((end - now - 1) * percent) / 99))).toBe(end);
      }),
    );
  });
});
