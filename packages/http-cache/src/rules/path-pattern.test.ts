import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pathOf, pathPattern } from './path-pattern.ts';

describe('pathPattern', () => {
  it.each<[string, string, boolean]>([
    ['/api/**', '/api/a', true],
    ['/api/**', '/api/a/b', true],
    ['/api/**', '/api/', true],
    ['/api/**', '/api', false],
    ['/api/**', '/apis/a', false],
    ['/api/**', '/v1/api/a', false],
    ['/*/price', '/btc/price', true],
    ['/*/price', '/btc/eth/price', false],
    ['/**/price', '/btc/eth/price', true],
    ['/a.css', '/a.css', true],
    ['/a.css', '/abcss', false],
    ['/a+(b)', '/a+(b)', true],
    ['/x?', '/x', false],
    ['/API', '/api', false],
    ['/', '/', true],
  ])('%s and %s: %s', (pattern, path, expected) => {
    expect(pathPattern(pattern).test(path)).toBe(expected);
  });

  it('without a star takes in itself and nothing else', () => {
    const path = fc.stringMatching(/^\/[!-)+-~]{0,10}$/);
    fc.assert(
      fc.property(path, path, (one, other) => {
        expect(pathPattern(one).test(other)).toBe(one === other);
      }),
    );
  });
});

it.each([
  ['/a?b=/c', '/a'],
  ['/a', '/a'],
  ['?a', ''],
])('the path of %s is %s', (target, path) => {
  expect(pathOf(target)).toBe(path);
});
