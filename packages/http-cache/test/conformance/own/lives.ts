import assert from 'node:assert/strict';
import { behaviours } from './behaviour.ts';
import type { Told } from './own-origin.ts';
import { isAskedAgain, isReused, LATER_MS } from './visit.ts';

const stored = (control: string, others: Told['headers'] = {}): Told => ({
  headers: { 'Cache-Control': control, ...others },
});

/** RFC 9111 §4.2, RFC 5861 §3: what has become stale while nobody asked. */
export const STALE = [
  ...behaviours(
    'RFC 9111 §4.2',
    ['freshness-max-age'],
    [
      'required',
      'freshness-max-age-stale',
      'does not reuse what has become stale',
      isAskedAgain(stored('max-age=1'), { afterMs: LATER_MS }),
    ],
  ),
  ...behaviours(
    'RFC 5861 §3',
    ['own-freshness-max-age-stale'],
    [
      'optimal',
      'stale-while-revalidate',
      'serves what is stale within stale-while-revalidate',
      isReused(stored('max-age=1, stale-while-revalidate=1800', { ETag: '"one"' }), { afterMs: LATER_MS }),
    ],
  ),
  ...behaviours(
    'RFC 5861 §3',
    ['own-stale-while-revalidate'],
    [
      'required',
      'stale-while-revalidate-window',
      '… and not beyond it',
      isAskedAgain(stored('max-age=1, stale-while-revalidate=1', { ETag: '"one"' }), { afterMs: LATER_MS + 1000 }),
    ],
  ),
];

const HINTS = { link: '</font.woff2>; rel=preload; as=font', 'x-early': 'yes' };

/** RFC 9110 §15.2: interim responses are passed on; RFC 9111 §3: what is stored is final. */
export const INTERIM = behaviours(
  'RFC 9110 §15.2; RFC 9111 §3',
  [],
  [
    'optimal',
    'interim-102',
    'passes a 102 on, and stores what follows',
    async (visit) => {
      const told: Told = { ...stored('max-age=1800'), hints: 'processing' };
      assert.deepEqual(
        (await visit.ask(told)).interim.map(({ status }) => status),
        [102],
      );
      assert((await visit.ask(told)).isReused, 'Answer 2 does not come from cache');
    },
  ],
  [
    'optimal',
    'interim-103',
    'passes a 103 on with its fields, and stores what follows',
    async (visit) => {
      const told: Told = { ...stored('max-age=1800'), hints: HINTS };
      assert.deepEqual((await visit.ask(told)).interim, [{ status: 103, headers: HINTS }]);
      assert((await visit.ask(told)).isReused, 'Answer 2 does not come from cache');
    },
  ],
  [
    'optimal',
    'interim-no-header-reuse',
    'takes no field of a 103 into what it stores',
    async (visit) => {
      const told: Told = { ...stored('max-age=1800'), hints: HINTS };
      const [first, second] = [await visit.ask(told), await visit.ask(told)];
      assert(second.isReused, 'Answer 2 does not come from cache');
      assert.deepEqual([first.headers['x-early'], second.headers['x-early']], [undefined, undefined]);
    },
  ],
  [
    'required',
    'interim-not-cached',
    'stores no interim response',
    async (visit) => {
      const told: Told = { ...stored('max-age=1800'), hints: HINTS };
      await visit.ask(told);
      const second = await visit.ask(told);
      assert.deepEqual([second.isReused, second.interim, second.body], [true, [], 'said']);
    },
  ],
);

/** What of a stored response is sent on. */
export const SENT = [
  ...behaviours(
    'RFC 9111 §5.2.2.3',
    ['status-200-fresh', 'cc-resp-no-store-fresh'],
    [
      'optimal',
      'status-200-must-understand',
      'stores a status that it knows where must-understand stands beside no-store',
      isReused(stored('no-store, must-understand, max-age=1800')),
    ],
  ),
  ...behaviours(
    'RFC 9111 §4, RFC 9110 §6.6.1',
    ['freshness-expires-future'],
    [
      'required',
      'other-date-update-expires',
      'leaves the Date of what has an Expires as it was',
      async (visit) => {
        const made = new Date(Date.now() - 60_000).toUTCString();
        const told: Told = { headers: { Date: made, Expires: new Date(Date.now() + 3_600_000).toUTCString() } };
        await visit.ask(told);
        const second = await visit.ask(told);
        assert.deepEqual([second.isReused, second.headers.date], [true, made]);
      },
    ],
  ),
  ...behaviours(
    'RFC 9110 §15.3.7',
    ['partial-store-complete-reuse-partial'],
    [
      'required',
      'partial-use-stored-headers',
      'sends the fields of a stored whole with its parts',
      async (visit) => {
        const told: Told = { ...stored('max-age=1800', { 'Of-The-Whole': 'so' }), body: 'abcdefgh' };
        await visit.ask(told);
        const part = await visit.ask({ ...told, headers: {} }, { range: 'bytes=2-4' });
        assert.deepEqual(
          [part.isReused, part.status, part.body, part.headers['of-the-whole']],
          [true, 206, 'cde', 'so'],
        );
      },
    ],
  ),
];
