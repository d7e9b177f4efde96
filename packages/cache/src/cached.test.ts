import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Cache, cached, createCache } from './index.ts';

/** As a class definition applies a decorator; Node strips types, and has no decorators of its own. */
function decorate<Class extends { readonly prototype: object }>(
  target: Class,
  name: keyof Class['prototype'] & string,
  decorator: (method: never, context: never) => unknown,
): void {
  const context = { kind: 'method', name, static: false, private: false };
  const prototype = target.prototype as Record<string, unknown>;
  prototype[name] = decorator(prototype[name] as never, context as never);
}

function openCache(): Cache<'price' | 'default'> {
  const cache = createCache({ policies: { price: { ttl: '5s', tags: ['prices'] } } });
  onTestFinished(() => cache.close());
  return cache;
}

describe('the decorator @cached', () => {
  it('puts a method behind a cache, under the key of its arguments and by its policy', async () => {
    const cache = openCache();
    const fetched = vi.fn((pair: string) => ({ pair }));
    class Prices {
      priceOf(pair: string): Promise<{ pair: string }> {
        return Promise.resolve(fetched(pair));
      }
    }
    decorate(
      Prices,
      'priceOf',
      cached(cache, { key: (pair: string) => `price:${pair}`, policy: 'price', tags: ['x'] }),
    );
    const prices = new Prices();
    expect(await Promise.all([prices.priceOf('BTC'), prices.priceOf('BTC'), prices.priceOf('ETH')])).toEqual([
      { pair: 'BTC' },
      { pair: 'BTC' },
      { pair: 'ETH' },
    ]);
    expect(fetched.mock.calls).toEqual([['BTC'], ['ETH']]);
    expect((await cache.lookup('price:BTC'))?.entry.tags).toEqual(['prices', 'x']);
  });

  it('takes the cache of the instance, and gives its method and its key the instance', async () => {
    class Prices {
      readonly cache = openCache();
      readonly venue: string;
      calls = 0;

      constructor(venue: string) {
        this.venue = venue;
      }

      async priceOf(pair: string): Promise<string> {
        this.calls += 1;
        return `${pair} at ${this.venue}`;
      }
    }
    function key(this: Prices, pair: string): string {
      return `${this.venue}:${pair}`;
    }
    decorate(
      Prices,
      'priceOf',
      cached((prices: Prices) => prices.cache, { key }),
    );
    const [one, other] = [new Prices('Tokyo'), new Prices('Osaka')];
    expect(await one.priceOf('BTC')).toBe('BTC at Tokyo');
    expect(await one.priceOf('BTC')).toBe('BTC at Tokyo');
    expect(await other.priceOf('BTC')).toBe('BTC at Osaka');
    expect([one.calls, other.calls]).toEqual([1, 1]);
    expect(one.cache.peek('Tokyo:BTC')?.value).toBe('BTC at Tokyo');
  });

  it('is refused without a key, and on what is no method', () => {
    const cache = openCache();
    expect(() => cached(cache, {} as never)).toThrow('key must be a function');
    const decorator = cached(cache, { key: () => 'key' });
    expect(() => decorator((() => 1) as never, { kind: 'getter' } as never)).toThrow('@cached must be on a method');
  });

  it('is one of the standard: a class with it compiles, and runs', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'breakwater-decorator-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const source = fileURLToPath(new URL('../test/decorated-prices.ts', import.meta.url));
    const compiler = fileURLToPath(new URL('../../../node_modules/typescript/bin/tsc', import.meta.url));
    const options = ['--target', 'es2022', '--module', 'esnext', '--noCheck', '--noResolve', '--outDir', folder];
    execFileSync(process.execPath, [compiler, source, ...options], { cwd: folder });
    const compiled = join(folder, 'decorated-prices.js');
    const { createPrices } = (await import(
      pathToFileURL(compiled).href
    )) as typeof import('../test/decorated-prices.ts');
    const prices = createPrices(cached, openCache());
    expect([await prices.priceOf('BTC'), await prices.priceOf('BTC')]).toEqual(['price of BTC', 'price of BTC']);
    expect(prices.calls).toBe(1);
  });
});
