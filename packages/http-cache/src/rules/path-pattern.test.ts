import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pathOf, pathPattern, walk } from './path-pattern.ts';

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
    ['/*/*', '/a/b', true],
    ['/*/*', '/a/b/c', false],
    ['/**/a/**/b', '/x/a/y/a/b', true],
    ['/**/a/**/b', '/x/a/y/b/c', false],
    ['/*.*', '/a.b.c', true],
    ['/*.*', '/a/b.c', false],
    ['/***', '/a/b', true],
    ['/a*a*', '/a', false],
  ])('%s and %s: %s', (pattern, path, expected) => {
    expect(pathPattern(pattern).test(path)).toBe(expected);
  });

  it('takes in with several stars what an expression would', () => {
    const marks: Record<string, string> = { '**': '[^]*', '*': '[^/]*' };
    const parts = fc.array(fc.constantFrom('a', 'b', '/', '**', '*/', '*a'), { maxLength: 6 });
    const paths = fc.array(fc.constantFrom('a', 'b', '/'), { maxLength: 10 });
    fc.assert(
      fc.property(parts, paths, (some, path) => {
        const pattern = `/*${some.join('').replace(/\*{3,}/g, '**')}b*`.replace(/\*{3,}/g, '**');
        const expression = new RegExp(`^${pattern.replace(/\*\*|\*/g, (mark) => marks[mark] ?? '')}$`);
        expect(pathPattern(pattern).test(`/${path.join('')}`)).toBe(expression.test(`/${path.join('')}`));
      }),
    );
  });

  it('goes through a path once, however many stars there are', () => {
    const parts = ['**', 'a', '**', 'a', '**', 'a', '*', 'a', '*', 'b'];
    const [short, long] = [walk(parts, 'a'.repeat(1000)), walk(parts, 'a'.repeat(16_000))];
    expect([short.matches, long.matches]).toEqual([false, false]);
    expect(long.steps).toBeLessThanOrEqual(parts.length * 16_000);
    expect(short.steps).toBeLessThanOrEqual(parts.length * 1000);
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
