import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesGlob, widenGlob } from './glob.ts';

describe('a glob', () => {
  it.each([
    ['user:*:profile', 'user:1:profile', true],
    ['user:*:profile', 'user::profile', true],
    ['user:*:profile', 'user:1:profile2', false],
    ['*', '', true],
    ['?', '', false],
    ['?', '😀', true],
    ['??', '😀', false],
    ['*?x', '😀x', true],
    ['a**b', 'ab', true],
    ['a*b*c', 'a-b-b-c', true],
    ['[ab]', 'a', false],
    ['[ab]', '[ab]', true],
    ['a\\*', 'a\\b', true],
    ['', '', true],
    ['', 'a', false],
  ])('%j against %j is %s', (pattern, text, expected) => {
    expect(matchesGlob(pattern, text)).toBe(expected);
  });

  /** By definition: the first character of the pattern, and the rest. */
  function matchesByDefinition(pattern: string, text: string): boolean {
    const [first, ...rest] = pattern;
    const tail = rest.join('');
    if (first === undefined) return text === '';
    if (first === '*')
      return matchesByDefinition(tail, text) || (text !== '' && matchesByDefinition(pattern, text.slice(1)));
    return text !== '' && (first === '?' || first === text[0]) && matchesByDefinition(tail, text.slice(1));
  }

  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '.'), maxLength: 8 });
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 10 });

  it('matches what its definition matches', () => {
    fc.assert(
      fc.property(pattern, text, (glob, key) => matchesGlob(glob, key) === matchesByDefinition(glob, key)),
      { numRuns: 2000 },
    );
  });

  it('is widened to one that matches at least the same, with at most four stars and no question mark', () => {
    fc.assert(
      fc.property(pattern, text, (glob, key) => {
        const wide = widenGlob(glob);
        expect(wide).not.toContain('?');
        expect(wide.split('*').length).toBeLessThanOrEqual(5);
        if (matchesGlob(glob, key)) expect(matchesGlob(wide, key)).toBe(true);
      }),
    );
  });

  it('does not take exponentially long over stars that nearly match', () => {
    const steps = 'a'.repeat(1000);
    expect(matchesGlob(`${'*a'.repeat(300)}*b`, steps)).toBe(false);
  });
});
