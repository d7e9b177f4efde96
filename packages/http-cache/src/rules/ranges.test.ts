import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesIfRange, rangeOf } from './ranges.ts';

describe('rangeOf ten bytes', () => {
  const part = (start: number, end: number) => ({ kind: 'part', start, end });
  it.each([
    ['bytes=0-1', part(0, 2)],
    ['bytes=2-', part(2, 10)],
    ['bytes=-3', part(7, 10)],
    ['bytes=-30', part(0, 10)],
    ['bytes=8-99', part(8, 10)],
    ['Bytes=0-0', part(0, 1)],
    ['bytes=10-', { kind: 'unsatisfiable' }],
    ['bytes=-0', { kind: 'unsatisfiable' }],
    ['bytes=5-3', { kind: 'whole' }],
    ['bytes=0-1,3-4', { kind: 'whole' }],
    ['items=0-1', { kind: 'whole' }],
    ['bytes=', { kind: 'whole' }],
    ['bytes=-', { kind: 'whole' }],
    ['bytes=a-b', { kind: 'whole' }],
    [undefined, { kind: 'whole' }],
  ])('%s', (range, answer) => {
    expect(rangeOf(range, 10)).toEqual(answer);
  });

  it.each(['bytes=0-', 'bytes=-5', 'bytes=3-4'])('%s of an empty body is all of it', (range) => {
    expect(rangeOf(range, 0)).toEqual({ kind: 'whole' });
  });

  it('never reaches beyond the body', () => {
    fc.assert(
      fc.property(fc.nat(20), fc.stringMatching(/^bytes=\d{0,2}-\d{0,2}$/), (length, range) => {
        const answer = rangeOf(range, length);
        if (answer.kind !== 'part') return true;
        return answer.start >= 0 && answer.start < answer.end && answer.end <= length;
      }),
    );
  });
});

describe('matchesIfRange', () => {
  const nowMs = Date.UTC(2026, 10, 21);
  const lastModified = 'Sun, 06 Nov 1994 08:49:37 GMT';
  const validators = { etag: '"a"', lastModified, date: 'Sun, 06 Nov 1994 08:49:38 GMT' };
  it.each([
    [undefined, true],
    ['"a"', true],
    ['"b"', false],
    ['W/"a"', false],
    ['Sun, 06 Nov 1994 08:49:37 GMT', true],
    ['Mon, 07 Nov 1994 08:49:37 GMT', false],
    ['yesterday', false],
  ])('%s: %s', (ifRange, expected) => {
    expect(matchesIfRange(ifRange, validators, nowMs)).toBe(expected);
  });

  it('is never strong for a date of the same second, or for one that is no Last-Modified', () => {
    expect(matchesIfRange(lastModified, { ...validators, date: lastModified }, nowMs)).toBe(false);
    expect(matchesIfRange(lastModified, { ...validators, date: undefined }, nowMs)).toBe(false);
    expect(matchesIfRange(validators.date, { ...validators, lastModified: undefined }, nowMs)).toBe(false);
  });

  it('is never strong for a weak tag', () => {
    expect(matchesIfRange('W/"a"', { ...validators, etag: 'W/"a"' }, nowMs)).toBe(false);
  });
});
