import type { Duration } from '@breakwater/core';
import { checks } from '../errors.ts';
import { checkTtl, type TtlSchedule } from '../options/ttl.ts';
import { createZonedTime, type ZonedTime } from './zoned-time.ts';

const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

export type Weekday = (typeof WEEKDAYS)[number];

/** `'09:30-16:00'`: from the first minute on, up to but without the last; `24:00` is the end of the day. */
export type TradingSession = `${number}:${number}-${number}:${number}`;

/** When a market trades, and how long an entry lives meanwhile. */
export interface MarketHoursOptions {
  /** The market's own IANA time zone, such as `'America/New_York'`. */
  readonly timeZone: string;
  /** The sessions of a trading day in the market's wall time, earliest first; what lies between them is closed. */
  readonly sessions: readonly TradingSession[];
  /** Lifetime of what is cached while the market is open. */
  readonly openTtl: Duration;
  /**
   * The days on which the market opens.
   * @default ['mon', 'tue', 'wed', 'thu', 'fri']
   */
  readonly days?: readonly Weekday[];
  /**
   * Dates on which it does not, `'2026-12-25'`.
   * @default []
   */
  readonly holidays?: readonly string[];
}

export const MARKET_HOURS_DEFAULTS = Object.freeze({
  days: Object.freeze(['mon', 'tue', 'wed', 'thu', 'fri'] as const),
  holidays: Object.freeze([] as const),
}) satisfies Partial<MarketHoursOptions>;

const KEYS = ['timeZone', 'sessions', 'openTtl', 'days', 'holidays'];
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/**
 * A policy's `ttl` that follows a market: `openTtl` while it is open, until the next opening otherwise. What was cached
 * before a change of the clocks ends at the opening as the clocks then show it.
 *
 * @throws OptionError `ERR_CACHE_OPTION`.
 */
export function marketHours(options: MarketHoursOptions): TtlSchedule {
  checks.known('marketHours', options, KEYS);
  const zone = resolveTimeZone(options.timeZone);
  const openTtlMs = checkTtl('openTtl', options.openTtl);
  const sessions = resolveSessions(options.sessions);
  const days = resolveDays(options.days ?? MARKET_HOURS_DEFAULTS.days);
  const holidays = resolveHolidays(options.holidays ?? MARKET_HOURS_DEFAULTS.holidays);

  /** The sessions of today and of every trading day after it. Never ends: there are more days than holidays. */
  function* sessionsFrom(nowMs: number): Generator<Session> {
    const todayMs = Math.floor(zone.wallOf(nowMs) / DAY_MS) * DAY_MS;
    for (let dayMs = todayMs; ; dayMs += DAY_MS) {
      if (!days.has(new Date(dayMs).getUTCDay()) || holidays.has(dayMs)) continue;
      for (const { opensMs, closesMs } of sessions) {
        yield { opensMs: zone.instantOf(dayMs + opensMs), closesMs: zone.instantOf(dayMs + closesMs) };
      }
    }
  }

  function stretchAt(nowMs: number): Stretch {
    for (const { opensMs, closesMs } of sessionsFrom(nowMs)) {
      // The clocks may be put forward over a whole session.
      if (nowMs >= closesMs || opensMs >= closesMs) continue;
      const isOpen = nowMs >= opensMs;
      return { sinceMs: nowMs, untilMs: isOpen ? closesMs : opensMs, isOpen };
    }
    throw new Error('The sessions came to an end.');
  }

  // Asking Intl takes microseconds, and the answer holds until the bell.
  let stretch: Stretch | undefined;
  return (nowMs) => {
    if (!stretch || nowMs < stretch.sinceMs || nowMs >= stretch.untilMs) stretch = stretchAt(nowMs);
    return stretch.isOpen ? openTtlMs : stretch.untilMs - nowMs;
  };
}

/** A time in which the market stays open, or closed. */
interface Stretch {
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly isOpen: boolean;
}

/** In wall time since midnight, or as instants. */
interface Session {
  readonly opensMs: number;
  readonly closesMs: number;
}

function resolveTimeZone(timeZone: unknown): ZonedTime {
  const name = checks.text('timeZone', timeZone);
  try {
    return createZonedTime(name);
  } catch (error) {
    if (error instanceof RangeError) throw checks.failure('timeZone', "an IANA time zone ('Asia/Tokyo')", name);
    throw error;
  }
}

function resolveSessions(given: unknown): readonly Session[] {
  const rule = "sessions 'HH:MM-HH:MM' of one day, each after the one before";
  if (!Array.isArray(given) || given.length === 0) throw checks.failure('sessions', rule, given);
  let endMs = 0;
  return given.map((text: unknown) => {
    const [, open = '', close = ''] = /^(\d\d:[0-5]\d)-(\d\d:[0-5]\d)$/.exec(String(text)) ?? [];
    const session = { opensMs: timeOfDayMs(open), closesMs: timeOfDayMs(close) };
    const isInOrder = session.opensMs >= endMs && session.opensMs < session.closesMs && session.closesMs <= DAY_MS;
    if (!isInOrder) throw checks.failure('sessions', rule, text);
    endMs = session.closesMs;
    return session;
  });
}

function timeOfDayMs(time: string): number {
  const [hours = Number.NaN, minutes = Number.NaN] = time.split(':').map(Number);
  return (hours * 60 + minutes) * MINUTE_MS;
}

function resolveDays(given: unknown): ReadonlySet<number> {
  if (!Array.isArray(given) || given.length === 0) throw checks.failure('days', 'weekdays, at least one', given);
  return new Set(given.map((day) => WEEKDAYS.indexOf(checks.oneOf('days', day, WEEKDAYS))));
}

function resolveHolidays(given: unknown): ReadonlySet<number> {
  if (!Array.isArray(given)) throw checks.failure('holidays', 'dates YYYY-MM-DD', given);
  return new Set(
    given.map((date: unknown) => {
      const dayMs = typeof date === 'string' && date.length === 10 ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
      // Date takes the 30th of February for the first days of March.
      const isReal = Number.isFinite(dayMs) && new Date(dayMs).toISOString().startsWith(String(date));
      if (!isReal) throw checks.failure('holidays', 'dates YYYY-MM-DD', date);
      return dayMs;
    }),
  );
}
