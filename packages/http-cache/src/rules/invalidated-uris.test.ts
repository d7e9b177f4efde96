import { describe, expect, it } from 'vitest';
import { invalidatedTargets } from './invalidated-uris.ts';

describe('invalidatedTargets', () => {
  const base = 'http://shop.example/orders/7?full=1';
  it.each([
    ['/items/3', ['/items/3']],
    ['3', ['/orders/3']],
    ['', ['/orders/7?full=1']],
    ['http://shop.example/items?b=2&a=1', ['/items?b=2&a=1']],
    ['http://other.example/items', []],
    ['http://shop.example:8080/items', []],
    ['//other.example/items', []],
    ['http://', []],
    [undefined, []],
  ])('%s', (reference, expected) => {
    expect(invalidatedTargets(base, [reference])).toEqual(expected);
  });

  it('names each target once, and none for a request whose host is none', () => {
    expect(invalidatedTargets(base, ['/a', 'http://shop.example/a'])).toEqual(['/a']);
    expect(invalidatedTargets('http://a b/x', ['/a'])).toEqual([]);
  });
});
