import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_DIRECTIVES, parseCacheControl } from './cache-control.ts';
import { type ReuseTerms, reuseOf, servesOnError, usefulMs } from './reuse.ts';

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
        if (isServed) expect(laterMs).toBeLessThan(usefulMs(some, ageMs, 0));
      }),
    );
  });
});
