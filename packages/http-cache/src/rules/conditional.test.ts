import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isNotModified } from './conditional.ts';

const NOW_MS = Date.UTC(2026, 10, 21);
const validators = { etag: '"a"', lastModified: 'Sun, 06 Nov 1994 08:49:37 GMT', date: undefined };

describe('isNotModified', () => {
  const cases: [string, string | undefined, string | undefined, boolean][] = [
    ['no conditions', undefined, undefined, false],
    ['the same tag', '"a"', undefined, true],
    ['its weak form', 'W/"a"', undefined, true],
    ['another tag', '"b"', undefined, false],
    ['a list that names it', '"b" , W/"a"', undefined, true],
    ['a list that does not', '"b", "c"', undefined, false],
    ['a tag with a comma in it', '"a,b"', undefined, false],
    ['any', '*', undefined, true],
    ['an unquoted tag', 'a', undefined, false],
    ['its date', undefined, 'Sun, 06 Nov 1994 08:49:37 GMT', true],
    ['a later date', undefined, 'Mon, 07 Nov 1994 08:49:37 GMT', true],
    ['an earlier date', undefined, 'Sat, 05 Nov 1994 08:49:37 GMT', false],
    ['no date at all', undefined, 'yesterday', false],
    ['another tag, though the date matches', '"b"', 'Sun, 06 Nov 1994 08:49:37 GMT', false],
  ];
  it.each(cases)('%s', (_name, ifNoneMatch, ifModifiedSince, expected) => {
    expect(isNotModified({ ifNoneMatch, ifModifiedSince }, validators, NOW_MS)).toBe(expected);
  });

  it('never matches a tag or a date the response does not have', () => {
    const none = { etag: undefined, lastModified: undefined, date: undefined };
    expect(isNotModified({ ifNoneMatch: '"a"', ifModifiedSince: undefined }, none, NOW_MS)).toBe(false);
    expect(isNotModified({ ifNoneMatch: undefined, ifModifiedSince: new Date().toUTCString() }, none, NOW_MS)).toBe(
      false,
    );
  });

  it('takes the date it was made for its last change where it names none', () => {
    const made = { etag: undefined, lastModified: undefined, date: validators.lastModified };
    const since = (ifModifiedSince: string) => isNotModified({ ifNoneMatch: undefined, ifModifiedSince }, made, NOW_MS);
    expect(since('Sun, 06 Nov 1994 08:49:37 GMT')).toBe(true);
    expect(since('Sun, 06 Nov 1994 08:49:36 GMT')).toBe(false);
  });

  it('matches a tag wherever it stands among others', () => {
    const tag = fc.stringMatching(/^[a-z,]{0,5}$/).map((text) => `"${text}"`);
    fc.assert(
      fc.property(fc.array(tag), tag, fc.nat(), (others, own, at) => {
        const list = others.toSpliced(at % (others.length + 1), 0, own).join(', ');
        return isNotModified({ ifNoneMatch: list, ifModifiedSince: undefined }, { ...validators, etag: own }, NOW_MS);
      }),
    );
  });
});
