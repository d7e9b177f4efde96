import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  goesStale,
  isDueEarly,
  isExpired,
  isFresh,
  isServedStale,
  lifetimeAt,
  spread,
  wholeLifeMs,
} from './freshness.ts';

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

  it.each([
    [0.8, 1799, false],
    [0.8, 1800, true],
    [1, 1_000_000, false],
    [0.5, 999, false],
  ])('of which %d is to go by first is due at %d: %s', (fraction, nowMs, expected) => {
    expect(isDueEarly(lifetimeAt(terms(1000, 0, 0), 1000), fraction, nowMs)).toBe(expected);
  });
});

describe('jitter', () => {
  it('shortens, never by more than its fraction, and nothing but the ttl', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10 ** 12 }),
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (ttlMs, jitter, random) => {
          const { ttlMs: shortened, ...windows } = spread(terms(ttlMs, 7, 9), jitter, () => random);
          expect(windows).toEqual({ staleWhileRevalidateMs: 7, staleIfErrorMs: 9 });
          expect(shortened).toBeGreaterThanOrEqual(1);
          expect(shortened).toBeLessThanOrEqual(ttlMs);
          expect(shortened).toBeGreaterThanOrEqual(Math.floor(ttlMs * (1 - jitter)));
        },
      ),
    );
  });

  it('spreads a thousand entries evenly over its fraction', () => {
    // Park and Miller's generator, so that the run is the same each time.
    let seed = 42;
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const tenths = new Array<number>(10).fill(0);
    for (let entry = 0; entry < 1000; entry += 1) {
      const { ttlMs } = spread(terms(100_000, 0, 0), 0.2, random);
      const tenth = Math.min(9, Math.floor((ttlMs - 80_000) / 2000));
      tenths[tenth] = (tenths[tenth] as number) + 1;
    }
    for (const count of tenths) expect(Math.abs(count - 100)).toBeLessThan(40);
  });
});
