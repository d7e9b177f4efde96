import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDictionary, parseStringList } from './structured-fields.ts';

describe('parseDictionary', () => {
  it.each<[string, [string, unknown][]]>([
    ['', []],
    ['max-age=60', [['max-age', 60]]],
    [
      'max-age=60, no-store',
      [
        ['max-age', 60],
        ['no-store', true],
      ],
    ],
    ['a=?0;x=1;y', [['a', false]]],
    [
      'a="q\\"s", b=tok/en',
      [
        ['a', 'q"s'],
        ['b', { written: 'tok/en' }],
      ],
    ],
    [
      'a=1.5,\tb=-3',
      [
        ['a', { written: '1.5' }],
        ['b', -3],
      ],
    ],
    [
      'a=(1 "x";y 2);z, b',
      [
        ['a', undefined],
        ['b', true],
      ],
    ],
    [
      'a=1, b, a=2',
      [
        ['b', true],
        ['a', 2],
      ],
    ],
    ['a=1;at=@1659578233;said=%"caf%c3%a9"', [['a', 1]]],
    ['a=:aGk=:', [['a', { written: ':aGk=:' }]]],
  ])('reads %s', (text, members) => {
    expect([...(parseDictionary(text) ?? [])]).toEqual(members);
  });

  it.each([
    'Max-Age=60',
    'max-age =60',
    'max-age= 60',
    'max-age=60,',
    ',a',
    'a b',
    'a=',
    'a="x',
    'a=1.2345',
    'a=1234567890123456',
    'a=1234567890123.5',
    'a=1.',
    'a=@1.5',
    'a=%"%C3"',
    'a=1;B',
    'a=(1',
    'é',
  ])('refuses %s', (text) => {
    expect(parseDictionary(text)).toBeUndefined();
  });

  it('ends on any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const members = parseDictionary(text);
        return members === undefined || members instanceof Map;
      }),
    );
  });
});

describe('parseStringList', () => {
  it('reads strings, and nothing beside them', () => {
    expect(parseStringList('"a", "b c";x=1')).toEqual(['a', 'b c']);
    expect(parseStringList('')).toEqual([]);
    for (const text of ['a', '"a" "b"', '"a", b', '"a",', '("a")']) expect(parseStringList(text)).toBeUndefined();
  });
});
