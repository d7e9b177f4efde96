import { asDocumented, documentedDefaults } from '@breakwater/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MARKET_HOURS_DEFAULTS, type MarketHoursOptions, marketHours } from './market-hours.ts';

// No whole second, as all that is left until an opening is at the moments asked for.
const OPEN_TTL_MS = 999;

const NEW_YORK: MarketHoursOptions = {
  timeZone: 'America/New_York',
  sessions: ['09:30-16:00'],
  openTtl: OPEN_TTL_MS,
  holidays: ['2026-12-25', '2027-01-01'],
};
const TOKYO: MarketHoursOptions = {
  timeZone: 'Asia/Tokyo',
  sessions: ['09:00-11:30', '12:30-15:30'],
  openTtl: OPEN_TTL_MS,
};
// Its clocks change at midnight, into and out of the session.
const SANTIAGO: MarketHoursOptions = {
  timeZone: 'America/Santiago',
  sessions: ['00:00-00:45', '23:10-24:00'],
  openTtl: OPEN_TTL_MS,
  days: ['sat', 'sun', 'wed'],
  holidays: ['2026-04-05'],
};
// Its clocks change in the middle of the first session, and over the whole second one.
const NIGHT: MarketHoursOptions = { ...NEW_YORK, sessions: ['01:30-02:15', '02:20-03:10'], days: ['sun', 'mon'] };
const MARKETS = { NEW_YORK, TOKYO, SANTIAGO, NIGHT };

const at = (iso: string) => Date.parse(iso);

/** What a clock on the wall of the market shows, said by another part of Intl than the code asks. */
function wallAt({ timeZone }: MarketHoursOptions, nowMs: number) {
  const [date = '', time = ''] = new Date(nowMs).toLocaleString('sv-SE', { timeZone }).split(' ');
  const weekday = new Date(nowMs).toLocaleString('en-US', { timeZone, weekday: 'short' }).toLowerCase();
  return { date, time: time.slice(0, 5), weekday };
}

function isTradingDay(market: MarketHoursOptions, { date, weekday }: { date: string; weekday: string }): boolean {
  const days: readonly string[] = market.days ?? MARKET_HOURS_DEFAULTS.days;
  return days.includes(weekday) && !market.holidays?.includes(date);
}

describe('marketHours', () => {
  it.each<[keyof typeof MARKETS, string, string, string | undefined]>([
    ['NEW_YORK', 'before the bell', '2026-11-20T14:29:59.998Z', '2026-11-20T14:30:00Z'],
    ['NEW_YORK', 'at the bell', '2026-11-20T14:30:00Z', undefined],
    ['NEW_YORK', 'at the last moment', '2026-11-20T20:59:59.999Z', undefined],
    ['NEW_YORK', 'over a weekend', '2026-11-20T21:00:00Z', '2026-11-23T14:30:00Z'],
    ['NEW_YORK', 'over Christmas and its weekend', '2026-12-24T21:00:00Z', '2026-12-28T14:30:00Z'],
    ['NEW_YORK', 'on a holiday in hours', '2026-12-25T16:00:00Z', '2026-12-28T14:30:00Z'],
    ['NEW_YORK', 'over the weekend that gains an hour', '2026-10-30T20:00:00Z', '2026-11-02T14:30:00Z'],
    ['NEW_YORK', 'over the weekend that loses an hour', '2026-03-06T21:00:00Z', '2026-03-09T13:30:00Z'],
    ['TOKYO', 'at lunch', '2026-11-20T02:30:00Z', '2026-11-20T03:30:00Z'],
    ['TOKYO', 'after lunch', '2026-11-20T03:30:00Z', undefined],
    ['TOKYO', 'on Friday there, Thursday in UTC', '2026-11-19T23:59:00Z', '2026-11-20T00:00:00Z'],
    ['NIGHT', 'over the clocks put forward inside a session', '2026-03-08T07:14:00Z', undefined],
    ['NIGHT', 'over a session whose beginning the clocks skip', '2026-03-08T07:15:00Z', '2026-03-09T05:30:00Z'],
    ['NIGHT', 'in the first of two equal hours', '2026-11-01T05:30:00Z', undefined],
  ])('%s %s (%s): until %s', (name, _when, now, until) => {
    const ttlMs = until === undefined ? OPEN_TTL_MS : at(until) - at(now);
    expect(marketHours(MARKETS[name])(at(now))).toBe(ttlMs);
  });

  const moment = fc
    .integer({ min: at('2026-01-01T00:00:00Z') / 1000, max: at('2028-01-01T00:00:00Z') / 1000 })
    .map((seconds) => seconds * 1000);
  const market = fc.constantFrom(...Object.values(MARKETS));

  it('is short exactly while the wall clock of the market is in a session', () => {
    // No change of the clocks touches their sessions, so what a wall clock shows is the whole rule.
    fc.assert(
      fc.property(fc.constantFrom(NEW_YORK, TOKYO), moment, (options, nowMs) => {
        const wall = wallAt(options, nowMs);
        const isInSession = options.sessions.some((session) => {
          const [open = '', close = ''] = session.split('-');
          return open <= wall.time && wall.time < close;
        });
        expect(marketHours(options)(nowMs) === OPEN_TTL_MS).toBe(isInSession && isTradingDay(options, wall));
      }),
      { numRuns: 500 },
    );
  });

  it('ends, while the market is closed, at an opening that every moment until then names', () => {
    fc.assert(
      fc.property(market, moment, fc.double({ min: 0, max: 1, noNaN: true }), (options, nowMs, fraction) => {
        const ttlMs = Number(marketHours(options)(nowMs));
        fc.pre(ttlMs !== OPEN_TTL_MS);
        const betweenMs = nowMs + Math.floor((fraction * (ttlMs - 1)) / 1000) * 1000;
        expect(marketHours(options)(betweenMs)).toBe(nowMs + ttlMs - betweenMs);
        expect(marketHours(options)(nowMs + ttlMs)).toBe(OPEN_TTL_MS);
        expect(isTradingDay(options, wallAt(options, nowMs + ttlMs))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('does not depend on what it was asked before', () => {
    fc.assert(
      fc.property(market, fc.array(moment, { minLength: 2, maxLength: 6 }), (options, moments) => {
        const schedule = marketHours(options);
        for (const nowMs of moments) expect(schedule(nowMs)).toBe(marketHours(options)(nowMs));
      }),
    );
  });

  it.each<[object, string]>([
    [{ timeZone: 'Mars/Olympus' }, 'timeZone must be'],
    [{ timeZone: undefined }, 'timeZone must be'],
    [{ sessions: [] }, 'sessions must be'],
    [{ sessions: ['9:30-16:00'] }, 'sessions must be'],
    [{ sessions: ['16:00-09:30'] }, 'sessions must be'],
    [{ sessions: ['09:00-12:00', '11:00-15:00'] }, 'each after the one before, got "11:00-15:00"'],
    [{ sessions: ['09:00-24:30'] }, 'sessions must be'],
    [{ sessions: ['09:70-10:00'] }, 'sessions must be'],
    [{ openTtl: 0 }, 'openTtl must be'],
    [{ days: [] }, 'days must be'],
    [{ days: ['monday'] }, 'days must be'],
    [{ holidays: ['2026-02-30'] }, 'holidays must be'],
    [{ holidays: ['25.12.2026'] }, 'holidays must be'],
    [{ holidays: '2026-12-25' }, 'holidays must be'],
    [{ hours: [] }, 'marketHours must be an object with only the keys'],
  ])('refuses %j', (wrong, message) => {
    expect(() => marketHours({ ...NEW_YORK, ...wrong } as never)).toThrow(
      expect.objectContaining({ code: 'ERR_CACHE_OPTION', message: expect.stringContaining(message) }),
    );
  });

  it('is documented with the defaults it has', () => {
    const documented = documentedDefaults(new URL('market-hours.ts', import.meta.url), 'MarketHoursOptions');
    expect(documented).toEqual(asDocumented(MARKET_HOURS_DEFAULTS));
  });
});
