import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isUnmatchable, mergeVary, parseVary, varyValues } from './vary.ts';

describe('parseVary', () => {
  it.each([
    [undefined, []],
    ['', []],
    ['Accept-Encoding', ['accept-encoding']],
    ['Origin, accept-encoding ,,Origin', ['accept-encoding', 'origin']],
    ['*', ['*']],
  ])('reads %s', (value, names) => {
    expect(parseVary(value)).toEqual(names);
  });

  it('finds a star among other names', () => {
    expect(isUnmatchable(parseVary('accept, *'), new Set())).toBe(true);
    expect(isUnmatchable(parseVary('Accept'), new Set())).toBe(false);
    expect(isUnmatchable(parseVary('Accept'), new Set(['accept']))).toBe(true);
  });
});

describe('mergeVary', () => {
  it.each([
    [undefined, 'accept', 'accept'],
    ['', 'accept', 'accept'],
    ['Origin', 'accept', 'Origin, accept'],
    ['Origin, Accept', 'accept, origin', 'Origin, Accept'],
  ])('adds to %s from %s', (value, addition, merged) => {
    expect(mergeVary(value, addition)).toBe(merged);
  });
});

describe('varyValues of names that every object has', () => {
  it.each(['constructor', 'toString', '__proto__'])('takes %s for a header that is not there', (name) => {
    expect(varyValues([name], {})).toBe(varyValues(['x-absent'], {}));
  });
});

describe('varyValues', () => {
  const same: [string, string, string][] = [
    ['accept-encoding', 'gzip, br', 'br,gzip'],
    ['accept-encoding', 'gzip;q=1.0, br;q=0.5', 'br, GZIP'],
    ['accept-encoding', 'gzip, deflate;q=0', 'gzip'],
    ['accept-language', 'de-DE, en;q=0.5', 'de-de,en; q=0.5'],
    ['accept-language', 'de;q=1.0, en;q=0.80', 'de, en;Q=0.8'],
    ['accept', 'Text/HTML, application/json;q=0.90', 'text/html;q=1, application/json; q=0.9'],
    ['accept-encoding', 'gzip, *;q=0.0', 'GZIP;q=1, *;q=0'],
    ['x-plan', 'a,  b', 'a, b'],
  ];
  it.each(same)('%s: %s and %s choose the same response', (name, one, other) => {
    expect(varyValues([name], { [name]: one })).toBe(varyValues([name], { [name]: other }));
  });

  const apart: [string, string | undefined, string | undefined][] = [
    ['accept-encoding', 'gzip', 'br'],
    ['accept-encoding', 'gzip', undefined],
    ['accept-encoding', 'gzip, *;q=0', 'gzip'],
    ['accept-encoding', 'gzip, identity;q=0', 'gzip'],
    ['accept-language', 'de, en', 'en, de'],
    ['accept-language', 'de;q=0.5, en', 'de, en'],
    ['accept', 'text/html;level=A', 'text/html;level=a'],
    ['accept', 'text/html;q=0.9', 'text/html;q=0.8'],
    ['accept', 'text/html, application/json', 'application/json, text/html'],
    ['accept', 'text/html;q=0', 'text/html'],
    ['x-plan', 'Premium', 'premium'],
    ['x-plan', '', undefined],
    ['x-plan', '-', undefined],
  ];
  it.each(apart)('%s: %s and %s do not', (name, one, other) => {
    expect(varyValues([name], { [name]: one })).not.toBe(varyValues([name], { [name]: other }));
  });

  it('does not let one header’s value pass for two', () => {
    const one = varyValues(['x-a', 'x-b'], { 'x-a': '1|=2', 'x-b': '3' });
    expect(one).not.toBe(varyValues(['x-a', 'x-b'], { 'x-a': '1', 'x-b': '2|=3' }));
  });

  it('keeps the values of several headers apart', () => {
    const value = fc.stringMatching(/^[a-z,= |%-]{0,6}$/);
    fc.assert(
      fc.property(value, value, (one, other) => {
        fc.pre(squeeze(one) !== squeeze(other));
        const forth = varyValues(['x-a', 'x-b'], { 'x-a': one, 'x-b': 'end' });
        expect(forth).not.toBe(varyValues(['x-a', 'x-b'], { 'x-a': other, 'x-b': 'end' }));
      }),
    );
  });

  it('reads any header without an exception', () => {
    fc.assert(
      fc.property(
        fc.string(),
        (value) => typeof varyValues(['accept-encoding'], { 'accept-encoding': value }) === 'string',
      ),
    );
  });
});

/** The text without what normalising may take away. */
function squeeze(text: string): string {
  return text.replace(/[ ,]/g, '');
}
