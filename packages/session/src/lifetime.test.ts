import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { birthOf, isStoredSession, timeLeftMs } from './lifetime.ts';

const NOW = 1_700_000_000_000;
const lifetimes = { idleMs: 1_000, absoluteMs: 10_000 };

describe('the time a session has left', () => {
  it.each([
    ['is the idle time at its beginning', 0, 1_000],
    ['is the idle time while more of the absolute lifetime is left', 9_000, 1_000],
    ['is what is left of the absolute lifetime', 9_400, 600],
    ['is nothing at the end of the absolute lifetime', 10_000, 0],
    ['is less than nothing after it', 10_001, -1],
  ])('%s', (_rule, ageMs, leftMs) => {
    expect(timeLeftMs(NOW - ageMs, NOW, lifetimes)).toBe(leftMs);
  });

  it('never exceeds the idle time nor what is left of the absolute lifetime', () => {
    const ms = fc.integer({ min: 1, max: 10_000_000 });
    fc.assert(
      fc.property(ms, ms, ms, (idleMs, absoluteMs, ageMs) => {
        const leftMs = timeLeftMs(NOW - ageMs, NOW, { idleMs, absoluteMs });
        expect(leftMs).toBeLessThanOrEqual(idleMs);
        expect(leftMs + ageMs).toBeLessThanOrEqual(absoluteMs);
      }),
    );
  });
});

describe('the beginning of a session', () => {
  it.each([
    ['is what it says', NOW - 5, NOW - 5],
    ['is now where it says nothing', undefined, NOW],
    ['is now where it says no number', new Date(NOW - 5), NOW],
    ['is now where it says no time', Number.NaN, NOW],
    ['is now where it lies in the future', NOW + 5, NOW],
  ])('%s', (_rule, bornAt, expected) => {
    expect(birthOf({ bornAt }, NOW)).toBe(expected);
  });
});

describe('a stored session', () => {
  it('has a beginning and a cookie', () => {
    expect(isStoredSession({ bornAt: NOW, cookie: {} })).toBe(true);
  });

  it.each([
    [null],
    ['text'],
    [7],
    [[]],
    [{}],
    [{ bornAt: NOW }],
    [{ bornAt: '7', cookie: {} }],
    [{ bornAt: NOW, cookie: null }],
  ])('is not %j', (value) => {
    expect(isStoredSession(value)).toBe(false);
  });
});
