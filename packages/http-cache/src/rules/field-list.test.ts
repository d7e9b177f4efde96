import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutSpaces } from './field-list.ts';
import { weightedChoices } from './weighted.ts';

describe('withoutSpaces', () => {
  it.each([
    ['de ; q = 0.5', 'de;q=0.5'],
    ['text/html;\tlevel=1', 'text/html;level=1'],
    ['a b', 'a b'],
    ['a ; ; b', 'a;;b'],
  ])('of %o leaves %o', (member, left) => {
    expect(withoutSpaces(member)).toBe(left);
  });

  it('leaves the same as the plain pattern that is slow with many spaces', () => {
    const member = fc
      .array(fc.constantFrom('a', ' ', '\t', ';', '=', 'q'), { maxLength: 30 })
      .map((all) => all.join(''));
    fc.assert(
      fc.property(member, (text) => {
        expect(withoutSpaces(text)).toBe(text.replace(/\s*([;=])\s*/g, '$1'));
      }),
    );
  });

  it('takes no longer than to read it, however many spaces a client sends: a square of them would be hours', () => {
    const spaces = ' '.repeat(2 ** 21);
    expect(withoutSpaces(`gzip${spaces}br${spaces};q=1`)).toBe(`gzip${spaces}br;q=1`);
    expect(weightedChoices(`de;${spaces}q=0.5${spaces}`)).toEqual([{ value: 'de', weight: 0.5 }]);
    expect(weightedChoices(`de${spaces}at`)).toEqual([{ value: `de${spaces}at`, weight: 1 }]);
  });
});
