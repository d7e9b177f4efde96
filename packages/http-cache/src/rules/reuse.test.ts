import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_DIRECTIVES, parseCacheControl } from './cache-control.ts';
import { cutShort, type ReuseTerms, reuseOf, servesOnError, usefulness } from './reuse.ts';

const TERMS: ReuseTerms = {
  lifetimeMs: 10_000,
  staleWhileRevalidateMs: 5000,
  staleIfErrorMs: 20_000,
  validation: 'none',
};

describe('reuseOf', () => {
  it.each([
    [0, 'fresh'],
    [9999, 'fresh'],
    [10_000, 'stale'],
    [14_999, 'stale'],
    [15_000, 'ask'],
  ])('an age of %i ms is %s', (ageMs, reuse) => {
    expect(reuseOf(TERMS, ageMs, NO_DIRECTIVES)).toBe(reuse);
  });

  it.each([
    ['no-cache', 0, 'ask'],
    ['immutable', 0, 'fresh'],
    ['immutable', 15_000, 'ask'],
    ['unheard-of=1, no-transform', 0, 'fresh'],
    ['max-age=0', 0, 'ask'],
    ['max-age=3', 3000, 'fresh'],
    ['max-age=3', 3001, 'ask'],
    ['min-fresh=3', 7000, 'fresh'],
    ['min-fresh=3', 7001, 'ask'],
    ['max-stale', 900_000, 'fresh'],
    ['max-stale=5', 15_000, 'fresh'],
    ['max-stale=5', 15_001, 'ask'],
    ['max-stale=0', 10_001, 'stale'],
    ['max-age=3, max-stale=60', 11_000, 'ask'],
    ['max-age=60', 11_000, 'ask'],
    ['max-age=60, max-stale=5', 11_000, 'fresh'],
    ['max-age=60, max-stale=0', 11_000, 'ask'],
  ])('with the wish %s an age of %i ms is %s', (wish, ageMs, reuse) => {
    expect(reuseOf(TERMS, ageMs, parseCacheControl(wish))).toBe(reuse);
  });

  it('never serves stale what must be validated, whatever the request allows', () => {
    const strict: ReuseTerms = { ...TERMS, validation: 'when-stale' };
    expect(reuseOf(strict, 9999, NO_DIRECTIVES)).toBe('fresh');
    expect(reuseOf(strict, 10_000, parseCacheControl('max-stale'))).toBe('ask');
    expect(servesOnError(strict, 10_000)).toBe(false);
    expect(reuseOf({ ...TERMS, validation: 'always' }, 0, NO_DIRECTIVES)).toBe('ask');
  });

  it('serves in place of an error as long as stale-if-error says', () => {
    expect(servesOnError(TERMS, 29_999)).toBe(true);
    expect(servesOnError(TERMS, 30_000)).toBe(false);
  });

  it('keeps a response exactly as long as some request may be given it', () => {
    const terms = fc.record<ReuseTerms>({
      lifetimeMs: fc.nat(1000),
      staleWhileRevalidateMs: fc.nat(1000),
      staleIfErrorMs: fc.nat(1000),
      validation: fc.constantFrom('none', 'when-stale'),
    });
    fc.assert(
      fc.property(terms, fc.nat(1500), fc.nat(4000), (some, ageMs, laterMs) => {
        const isServed =
          reuseOf(some, ageMs + laterMs, NO_DIRECTIVES) !== 'ask' || servesOnError(some, ageMs + laterMs);
        const { freshMs, staleMs } = usefulness(some, ageMs, 0);
        if (isServed) expect(laterMs).toBeLessThan(freshMs + staleMs);
      }),
    );
  });
});

describe('cutShort', () => {
  it.each([
    ['its whole life', 10_000, 10_000],
    ['longer than it says', 20_000, 10_000],
    ['a part of it', 3000, 3000],
  ])('leaves what was fresh for %s fresh for %i ms', (_how, freshForMs, lifetimeMs) => {
    expect(cutShort(TERMS, 0, freshForMs)).toEqual({ ...TERMS, lifetimeMs });
  });

  it('counts from when it was stored, whose age then is part of its lifetime', () => {
    expect(cutShort(TERMS, 4000, 6000)).toBe(TERMS);
    expect(cutShort(TERMS, 4000, 1000).lifetimeMs).toBe(5000);
    expect(cutShort(TERMS, 12_000, 1)).toBe(TERMS);
  });

  it('is the terms themselves for those that nobody keeps to their end', () => {
    const forEver = { ...TERMS, lifetimeMs: 10 * 365 * 86_400_000 };
    expect(cutShort(forEver, 0, usefulness(forEver, 0, 0).freshMs)).toBe(forEver);
  });
});
