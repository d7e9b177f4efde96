import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCacheControl } from './cache-control.ts';

describe('parseCacheControl', () => {
  it.each([
    ['max-age=60', 'max-age', 60],
    ['MAX-AGE=60', 'max-age', 60],
    ['public, max-age=60', 'max-age', 60],
    ['max-age="60"', 'max-age', 60],
    ['private="set-cookie, x-id", max-age=60', 'max-age', 60],
    ['max-age=60, max-age=5', 'max-age', 5],
    ['max-age=5, max-age=60', 'max-age', 5],
    ['max-age=abc', 'max-age', 0],
    ['max-age=-1', 'max-age', 0],
    ['max-age=1.5', 'max-age', 0],
    ['max-age=', 'max-age', 0],
    ['max-age', 'max-age', 0],
    ['max-age=99999999999999', 'max-age', 2 ** 31],
    ['public', 'max-age', undefined],
    [',,max-age=7,', 'max-age', 7],
  ])('reads %s as %s of %s seconds', (value, directive, seconds) => {
    expect(parseCacheControl(value).seconds(directive)).toBe(seconds);
  });

  it('does not find a directive inside a quoted string', () => {
    const control = parseCacheControl('community="no-store, private", public');
    expect(control.has('no-store')).toBe(false);
    expect(control.has('private')).toBe(false);
    expect(control.has('public')).toBe(true);
  });

  it('finds a directive that has a list of fields', () => {
    expect(parseCacheControl('private="set-cookie"').has('private')).toBe(true);
  });

  it('has nothing where there is no field', () => {
    expect(parseCacheControl(undefined).has('max-age')).toBe(false);
    expect(parseCacheControl('').has('')).toBe(false);
  });

  it('reads any text without an exception, and no lifetime is ever negative or endless', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (value) => {
        const seconds = parseCacheControl(value).seconds('max-age');
        return seconds === undefined || (Number.isInteger(seconds) && seconds >= 0 && seconds <= 2 ** 31);
      }),
    );
  });

  it('reads back what was written', () => {
    const directives = fc.uniqueArray(
      fc.tuple(fc.constantFrom('max-age', 's-maxage', 'min-fresh', 'public', 'no-store'), fc.nat(1_000_000)),
      { selector: ([name]) => name },
    );
    fc.assert(
      fc.property(directives, (written) => {
        const control = parseCacheControl(written.map(([name, seconds]) => `${name}=${seconds}`).join(' , '));
        return written.every(([name, seconds]) => control.seconds(name) === seconds);
      }),
    );
  });
});
