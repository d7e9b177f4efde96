import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { goesStale, isExpired, isFresh, isServedStale, lifetimeAt, wholeLifeMs } from './freshness.ts';

const terms = (ttlMs: number, staleWhileRevalidateMs: number, staleIfErrorMs: number) => ({
  ttlMs,
  staleWhileRevalidateMs,
  staleIfErrorMs,
});

describe('a lifetime', () => {
  it.each([
    // The states at 9, 10, 29, 30, 69 and 70: fresh, stale, better than an error, gone.
    ['alone', terms(10, 0, 0), 'fggggg'],
    ['with a window for refreshing', terms(10, 20, 0), 'fssggg'],
    ['with a window for errors', terms(10, 0, 60), 'feeeeg'],
    ['with both', terms(10, 20, 60), 'fsseeg'],
    ['whose window for errors is the shorter', terms(10, 60, 20), 'fssssg'],
  ])('%s has its states in order', (_name, given, expected) => {
    const lifetime = lifetimeAt(given, 1000);
    const stateAt = (nowMs: number) => {
      if (isFresh(lifetime, nowMs)) return 'f';
      if (isServedStale(lifetime, nowMs)) return 's';
      return isExpired(lifetime, nowMs) ? 'g' : 'e';
    };
    expect([9, 10, 29, 30, 69, 70].map((ms) => stateAt(1000 + ms)).join('')).toBe(expected);
    expect(goesStale(lifetime)).toBe(expected !== 'fggggg');
  });

  it('never has a time before the one that precedes it, whatever the terms', () => {
    const ms = fc.nat(10 ** 12);
    fc.assert(
      fc.property(ms, fc.integer({ min: 1, max: 10 ** 12 }), ms, ms, (nowMs, ttlMs, swrMs, sieMs) => {
        const { storedAtMs, freshUntilMs, staleUntilMs, expiresAtMs } = lifetimeAt(terms(ttlMs, swrMs, sieMs), nowMs);
        expect(storedAtMs).toBeLessThan(freshUntilMs);
        expect(freshUntilMs).toBeLessThanOrEqual(staleUntilMs);
        expect(staleUntilMs).toBeLessThanOrEqual(expiresAtMs);
        expect(expiresAtMs - storedAtMs).toBe(wholeLifeMs(terms(ttlMs, swrMs, sieMs)));
      }),
    );
  });
});
