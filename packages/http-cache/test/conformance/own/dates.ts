import { behaviours } from './behaviour.ts';
import { isAskedAgain, isReused } from './visit.ts';

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** Within 50 years, as a year of two digits has to be; its hour is of one digit where it is not padded. */
const AHEAD = new Date(Date.UTC(new Date().getUTCFullYear() + 20, 10, 6, 8, 49, 37));

const [, DAY = '', MONTH = '', YEAR = '', TIME = ''] = AHEAD.toUTCString().split(' ');
const WEEKDAY = WEEKDAYS[AHEAD.getUTCDay()] ?? '';
const SHORT = WEEKDAY.slice(0, 3);

const until = (...expires: string[]) => ({ headers: { Expires: expires, Date: new Date().toUTCString() } });
const from = (year: number) => new Date(Date.UTC(year, 6, 1)).toUTCString();

/** RFC 9110 §5.6.7, three forms; RFC 9111 §4.2: a cache reads them whatever their case. */
export const READ_DATES = behaviours(
  'RFC 9111 §4.2, §5.3; RFC 9110 §5.6.7',
  ['freshness-expires-future'],
  [
    'optimal',
    'freshness-expires-32bit',
    'reuses what expires in the second that 31 bits do not hold',
    isReused(until(new Date(2 ** 31 * 1000).toUTCString())),
  ],
  ['optimal', 'freshness-expires-far-future', 'reuses what expires in centuries', isReused(until(from(2400)))],
  [
    'optimal',
    'freshness-expires-rfc850',
    'reads a date as RFC 850 wrote it',
    isReused(until(`${WEEKDAY}, ${DAY}-${MONTH}-${YEAR.slice(2)} ${TIME} GMT`)),
  ],
  [
    'optimal',
    'freshness-expires-ansi-c',
    'reads a date as asctime() writes it',
    isReused(until(`${SHORT} ${MONTH} ${String(Number(DAY)).padStart(2)} ${TIME} ${YEAR}`)),
  ],
  [
    'optimal',
    'freshness-expires-wrong-case-weekday',
    'reads a weekday in capitals',
    isReused(until(`${SHORT.toUpperCase()}, ${DAY} ${MONTH} ${YEAR} ${TIME} GMT`)),
  ],
  [
    'optimal',
    'freshness-expires-wrong-case-month',
    'reads a month in capitals',
    isReused(until(`${SHORT}, ${DAY} ${MONTH.toUpperCase()} ${YEAR} ${TIME} GMT`)),
  ],
  [
    'optimal',
    'freshness-expires-wrong-case-tz',
    'reads a zone in small letters',
    isReused(until(`${SHORT}, ${DAY} ${MONTH} ${YEAR} ${TIME} gmt`)),
  ],
);

/** RFC 9111 §5.3: what is no date is a time in the past. */
export const NO_DATES = behaviours(
  'RFC 9111 §5.3; RFC 9110 §5.6.7',
  ['freshness-expires-future'],
  ...(
    [
      ['utc', 'a date in UTC by that name', `${SHORT}, ${DAY} ${MONTH} ${YEAR} ${TIME} UTC`],
      ['aest', 'a date in another zone', `${SHORT}, ${DAY} ${MONTH} ${YEAR} ${TIME} AEST`],
      ['2-digit-year', 'a date with a year of two digits', `${SHORT}, ${DAY} ${MONTH} ${YEAR.slice(2)} ${TIME} GMT`],
      ['no-comma', 'a date without its comma', `${SHORT} ${DAY} ${MONTH} ${YEAR} ${TIME} GMT`],
      ['multiple-spaces', 'a date with double spaces', `${SHORT}, ${DAY}  ${MONTH}  ${YEAR} ${TIME} GMT`],
      ['date-dashes', 'a date with dashes, but not RFC 850’s', `${SHORT}, ${DAY}-${MONTH}-${YEAR} ${TIME} GMT`],
      [
        'time-periods',
        'a date with full stops in its time',
        `${SHORT}, ${DAY} ${MONTH} ${YEAR} ${TIME.replaceAll(':', '.')} GMT`,
      ],
      ['1-digit-hour', 'a date with an hour of one digit', `${SHORT}, ${DAY} ${MONTH} ${YEAR} ${TIME.slice(1)} GMT`],
    ] as const
  ).map(
    ([asks, name, expires]) =>
      [
        'required',
        `freshness-expires-invalid-${asks}`,
        `takes ${name} for a date in the past`,
        isAskedAgain(until(expires)),
      ] as const,
  ),
  [
    'required',
    'freshness-expires-invalid-multiple-lines',
    'takes two lines of Expires for a date in the past',
    isAskedAgain(until(AHEAD.toUTCString(), from(2400))),
  ],
);

/** RFC 9111 §1.2.2: numbers that a cache cannot hold are the largest that it can. */
export const AGES = behaviours(
  'RFC 9111 §1.2.2, §5.1',
  ['freshness-max-age-age'],
  ...(
    [
      ['age-parse-large-minus-one', 2 ** 31 - 1],
      ['age-parse-large', 2 ** 31],
      ['age-parse-larger', 2 ** 31 + 1],
    ] as const
  ).map(
    ([asks, seconds]) =>
      [
        'required',
        asks,
        `takes what is ${seconds} seconds old for stale`,
        isAskedAgain({ headers: { 'Cache-Control': 'public, max-age=600', Age: String(seconds) } }),
      ] as const,
  ),
);
