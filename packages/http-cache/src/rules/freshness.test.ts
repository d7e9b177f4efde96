import { describe, expect, it } from 'vitest';
import { initialAgeMs } from './freshness.ts';

const NOW_MS = Date.UTC(2026, 10, 21);

function ageOf(headers: Record<string, string>, tookMs = 0): number | undefined {
  return initialAgeMs(new Map(Object.entries(headers)), { requestedAtMs: NOW_MS - tookMs, nowMs: NOW_MS });
}

const ago = (seconds: number) => new Date(NOW_MS - seconds * 1000).toUTCString();

describe('the age a response has when its head arrives', () => {
  it('counts from when it was asked for', () => {
    expect(ageOf({}, 1500)).toBe(1500);
    expect(ageOf({ age: '4' }, 1500)).toBe(5500);
  });

  it('is what Age or Date says, whichever is more', () => {
    expect(ageOf({ age: '4', date: ago(9) })).toBe(9000);
    expect(ageOf({ age: '9', date: ago(4) })).toBe(9000);
  });

  it('is none for a Date that is ahead, or no date', () => {
    expect(ageOf({ date: ago(-60) })).toBe(0);
    expect(ageOf({ date: 'today' })).toBe(0);
  });

  it('has an end, however much Age says', () => {
    expect(ageOf({ age: '9'.repeat(30) })).toBe(2 ** 31 * 1000);
  });
});
