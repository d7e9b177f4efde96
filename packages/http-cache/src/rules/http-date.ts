const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const IMF_FIXDATE = /^[a-z]{3}, (\d{2}) ([a-z]{3}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/i;
const RFC_850_DATE = /^[a-z]{6,9}, (\d{2})-([a-z]{3})-(\d{2}) (\d{2}):(\d{2}):(\d{2}) GMT$/i;
const ASCTIME_DATE = /^[a-z]{3} ([a-z]{3}) ([ \d]\d) (\d{2}):(\d{2}):(\d{2}) (\d{4})$/i;

/** The time that was written last: what is written in a row is mostly written in one second. */
let lastSecond = Number.NaN;
let lastWritten = '';

/** RFC 9110 §5.6.7, its preferred form. */
export function httpDate(timeMs: number): string {
  const second = Math.floor(timeMs / 1000);
  if (second !== lastSecond) {
    lastSecond = second;
    lastWritten = new Date(timeMs).toUTCString();
  }
  return lastWritten;
}

/**
 * Milliseconds since the epoch of one of the three forms of RFC 9110 §5.6.7; no other text is a date.
 *
 * @param nowMs settles the century of a two-digit year: not more than 50 years from now.
 */
export function parseHttpDate(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const imf = IMF_FIXDATE.exec(value);
  if (imf) return timeOf(Number(imf[3]), imf[2], imf[1], imf.slice(4));
  const old = RFC_850_DATE.exec(value);
  if (old) return timeOf(fullYear(Number(old[3]), nowMs), old[2], old[1], old.slice(4));
  const asctime = ASCTIME_DATE.exec(value);
  return asctime ? timeOf(Number(asctime[6]), asctime[1], asctime[2], asctime.slice(3, 6)) : undefined;
}

function fullYear(twoDigits: number, nowMs: number): number {
  const thisYear = new Date(nowMs).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + twoDigits;
  return year > thisYear + 50 ? year - 100 : year;
}

function timeOf(
  year: number,
  monthName: string | undefined,
  day: string | undefined,
  time: readonly string[],
): number | undefined {
  const month = MONTHS.indexOf(String(monthName).toLowerCase());
  const [hours = 0, minutes = 0, seconds = 0] = time.map(Number);
  const date = Number(day);
  if (month === -1 || date < 1 || hours > 23 || minutes > 59 || seconds > 60) return undefined;
  // A 30th of February would be a day in March.
  if (new Date(Date.UTC(year, month, date)).getUTCDate() !== date) return undefined;
  return Date.UTC(year, month, date, hours, minutes, seconds);
}
