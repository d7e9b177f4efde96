import { describe, expect, it } from 'vitest';
import type { HttpCacheStats, HttpOutcomes } from '../stats.ts';
import { createHitRates } from './hit-rates.ts';

describe('hit rates', () => {
  let nowMs = 0;
  let hits: Record<string, number> = {};

  function start() {
    nowMs = 1_000_000;
    hits = { a: 5, b: 5 };
    const outcomes = (count: number) => ({ hitMemory: count, hitRedis: 1 }) as HttpOutcomes;
    const stats = (): Pick<HttpCacheStats, 'policies'> => ({
      policies: Object.fromEntries(Object.entries(hits).map(([name, count]) => [name, outcomes(count)])),
    });
    return createHitRates(stats, () => nowMs);
  }

  /** Time in which a policy has this many hits, and the handler runs once at its end. */
  function pass(rates: ReturnType<typeof start>, seconds: number, policy: string, count: number): void {
    nowMs += seconds * 1000;
    hits[policy] = (hits[policy] ?? 0) + count;
    rates.note();
  }

  it('are of the policies named, or of all, those that came since among them', () => {
    const rates = start();
    pass(rates, 10, 'a', 20);
    pass(rates, 10, 'c', 9);
    expect(rates.of(['a'])).toEqual({ hitsPerSecond: 1, measuredOverMs: 20_000 });
    expect(rates.of(undefined).hitsPerSecond).toBe(1.5);
    expect(rates.of(['none']).hitsPerSecond).toBe(0);
  });

  it('forget what is long over', () => {
    const rates = start();
    pass(rates, 60, 'a', 6000);
    pass(rates, 60, 'a', 60);
    pass(rates, 30, 'a', 30);
    expect(rates.of(['a'])).toEqual({ hitsPerSecond: 1, measuredOverMs: 90_000 });
  });

  it('are of no less than a second, and look further back where no handler ran', () => {
    const rates = start();
    pass(rates, 0.1, 'a', 10);
    expect(rates.of(['a'])).toEqual({ hitsPerSecond: 10, measuredOverMs: 1000 });
    pass(rates, 3599.9, 'a', 3590);
    expect(rates.of(['a'])).toEqual({ hitsPerSecond: 1, measuredOverMs: 3_600_000 });
  });
});
