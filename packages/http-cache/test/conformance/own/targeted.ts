import { behaviours } from './behaviour.ts';
import type { Told } from './own-origin.ts';
import { isAskedAgain, isReused, LATER_MS } from './visit.ts';

/** What is said to the caches of a content network, and beside it to others. */
function said(targeted: string, others: Readonly<Record<string, string>> = {}): Told {
  return { headers: { 'CDN-Cache-Control': targeted, Date: new Date().toUTCString(), ...others } };
}

const HOUR_MS = 3_600_000;
const LONG = { 'Cache-Control': 'max-age=7200', Expires: new Date(Date.now() + 2 * HOUR_MS).toUTCString() };
const PAST = { Expires: new Date(Date.now() - 2 * HOUR_MS).toUTCString() };
const REFUSED = { 'Cache-Control': 'no-store' };

const BASE = 'own-cdn-max-age';

/** RFC 9213: a targeted field speaks in place of all others, if it is a dictionary without any error. */
export const TARGETED_FIELD = [
  ...behaviours(
    'RFC 9213 §2.1, §2.2',
    ['freshness-none'],
    ['optimal', 'cdn-max-age', 'reuses what has a lifetime in CDN-Cache-Control alone', isReused(said('max-age=1800'))],
    ['optimal', 'cdn-max-age-max', 'reads a lifetime of 2^31 seconds', isReused(said(`max-age=${2 ** 31}`))],
    ['optimal', 'cdn-max-age-max-plus', 'reads a lifetime of many more', isReused(said('max-age=999999999999'))],
    [
      'required',
      'cdn-fresh-cc-nostore',
      'stores what is for it, though others are told not to',
      isReused(said('max-age=1800', REFUSED)),
    ],
    [
      'required',
      'cdn-no-store-cc-fresh',
      'does not store what is not for it, though others may',
      isAskedAgain(said('no-store', LONG)),
    ],
    ['required', 'cdn-private', 'keeps to private, though others may store', isAskedAgain(said('private', LONG))],
    ['required', 'cdn-no-cache', 'keeps to no-cache, though others need not ask', isAskedAgain(said('no-cache', LONG))],
  ),
  ...behaviours(
    'RFC 9213 §2.1, §2.2',
    [BASE],
    [
      'optimal',
      'cdn-max-age-extension',
      'passes over a member it does not know',
      isReused(said('unheard-of, max-age=1800')),
    ],
    ['optimal', 'cdn-max-age-expires', 'passes over an Expires in the past', isReused(said('max-age=1800', PAST))],
    [
      'optimal',
      'cdn-max-age-cc-max-age-invalid-expires',
      'passes over an Expires that is no date',
      isReused(said('max-age=1800', { Expires: 'soon' })),
    ],
    [
      'optimal',
      'cdn-max-age-short-cc-max-age',
      'goes by its own longer lifetime, not by the others’ shorter one',
      isReused(said('max-age=1800', { 'Cache-Control': 'max-age=1' }), { afterMs: LATER_MS }),
    ],
    [
      'required',
      'cdn-max-age-long-cc-max-age',
      'goes by its own shorter lifetime, not by the others’ longer one',
      isAskedAgain(said('max-age=1', LONG), { afterMs: LATER_MS }),
    ],
    ['required', 'cdn-max-age-0', 'does not reuse what has a lifetime of nothing', isAskedAgain(said('max-age=0'))],
    [
      'required',
      'cdn-max-age-0-expires',
      '… nor where Expires gives one',
      isAskedAgain(said('max-age=0', { Expires: LONG.Expires })),
    ],
    [
      'required',
      'cdn-max-age-age',
      'does not reuse what is older than its lifetime',
      isAskedAgain(said('max-age=1800', { Age: '1801' })),
    ],
    [
      'required',
      'cdn-cc-invalid-sh-type-unknown',
      'takes a field with any error for absent',
      isAskedAgain(said('max-age=1800, ?!', REFUSED)),
    ],
    [
      'required',
      'cdn-cc-invalid-sh-type-wrong',
      'takes a text for no number of seconds',
      isAskedAgain(said('max-age="1800"', REFUSED)),
    ],
  ),
];
