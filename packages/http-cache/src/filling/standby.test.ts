import { describe, expect, it } from 'vitest';
import { createStoredResponse } from '../stored/entry.ts';
import { createStandby } from './standby.ts';

const NOW_MS = Date.UTC(2026, 10, 21);

function standbyOf(headers: readonly string[], hasOwnTag = false) {
  const response = createStoredResponse({
    status: 200,
    headers,
    body: Buffer.from('page'),
    hasOwnTag,
    clientSeconds: undefined,
    initialAgeMs: 0,
    reuse: { lifetimeMs: 5000, staleWhileRevalidateMs: 0, staleIfErrorMs: 10_000, validation: 'none' },
  });
  return createStandby({ response, storedAtMs: NOW_MS, tier: 'memory' });
}

const LAST_MODIFIED = 'Sun, 06 Nov 1994 08:49:37 GMT';

describe('a stored response whose handler is asked once more', () => {
  it.each([
    [500, true],
    [502, true],
    [503, true],
    [504, true],
    [501, false],
    [505, false],
    [404, false],
    [429, false],
    [200, false],
  ])('stands in for a %i: %s', (status, stands) => {
    expect(standbyOf([]).servesInPlaceOf(status, NOW_MS + 6000)).toBe(stands);
    expect(standbyOf([]).servesInPlaceOf(status, NOW_MS + 15_000)).toBe(false);
  });

  it.each<[string, string[], boolean, Record<string, string>]>([
    [
      'both',
      ['etag', 'W/"a"', 'last-modified', LAST_MODIFIED],
      false,
      { 'if-none-match': 'W/"a"', 'if-modified-since': LAST_MODIFIED },
    ],
    ['its tag', ['etag', '"a"'], false, { 'if-none-match': '"a"' }],
    ['its date', ['last-modified', LAST_MODIFIED], false, { 'if-modified-since': LAST_MODIFIED }],
    ['nothing, where the tag is the cache’s own', ['etag', '"a"'], true, {}],
    ['nothing, where it has no validator', [], false, {}],
  ])('asks by %s', (_what, headers, hasOwnTag, conditions) => {
    const asked = {};
    const standby = standbyOf(headers, hasOwnTag);
    standby.askBy(asked);
    expect(asked).toEqual(conditions);
    expect(standby.isAsked).toBe(Object.keys(conditions).length > 0);
  });
});
