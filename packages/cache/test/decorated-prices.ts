import type { Cache, cached as decoratorOf } from '../src/index.ts';

/** A class as users write it. Neither Node nor the test runner knows the syntax, so a test compiles this file by itself. */
export function createPrices(cached: typeof decoratorOf, cache: Cache) {
  class Prices {
    calls = 0;

    @cached(cache, { key: (pair: string) => `price:${pair}`, ttl: '5s' })
    async priceOf(pair: string): Promise<string> {
      this.calls += 1;
      return `price of ${pair}`;
    }
  }
  return new Prices();
}
