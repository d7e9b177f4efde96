import { describe, expect, it } from 'vitest';
import { fieldTags, groupTags, namedTags } from './response-tags.ts';

describe('fieldTags', () => {
  const fields = ['surrogate-key', 'cache-tag'];
  it.each<[Record<string, string>, string[]]>([
    [{}, []],
    [{ 'surrogate-key': 'one two  two three' }, ['one', 'two', 'three']],
    [{ 'cache-tag': 'a b, c' }, ['a b', 'c']],
    [{ 'surrogate-key': 'one', 'cache-tag': 'one, two' }, ['one', 'two']],
    [{ xkey: 'one' }, []],
    [{ 'cache-tag': `${'x'.repeat(257)}, ok, \u00e9` }, ['ok']],
  ])('%o: %o', (headers, tags) => {
    expect(fieldTags(new Map(Object.entries(headers)), fields)).toEqual(tags);
  });

  it('takes no more than an entry may have', () => {
    const many = Array.from({ length: 1000 }, (_, index) => `t${index}`).join(' ');
    expect(fieldTags(new Map([['surrogate-key', many]]), fields)).toHaveLength(64);
  });

  it('reads the field of Varnish as well, where it is named', () => {
    expect(fieldTags(new Map([['xkey', 'one two']]), ['xkey'])).toEqual(['one', 'two']);
  });
});

describe('namedTags', () => {
  const fields = ['surrogate-key', 'cache-tag'];
  it.each<[Record<string, string>, unknown]>([
    [{}, 'none'],
    [{ xkey: 'one' }, 'none'],
    [{ 'surrogate-key': 'one two', 'cache-tag': 'two, a b' }, ['one', 'two', 'a b']],
    [{ 'surrogate-key': '' }, 'unusable'],
    [{ 'surrogate-key': `one ${'x'.repeat(257)}` }, 'unusable'],
    [{ 'cache-tag': 'one, \u00e9' }, 'unusable'],
    [{ 'cache-tag': Array.from({ length: 257 }, (_, index) => index).join() }, 'unusable'],
  ])('%o: %o', (headers, tags) => {
    expect(namedTags((field) => headers[field], fields)).toEqual(tags);
  });
});

describe('groupTags', () => {
  it('are of one origin, and of a list of strings alone', () => {
    expect(groupTags('"scripts", "a";x=1', 'https://here')).toEqual([
      'group https://here scripts',
      'group https://here a',
    ]);
    expect(groupTags('scripts', 'https://here')).toEqual([]);
    expect(groupTags(undefined, 'https://here')).toEqual([]);
  });

  it('are as many and as long as RFC 9875 asks for, whatever the origin is called', () => {
    const groups = Array.from({ length: 32 }, (_, index) => `${index}`.padStart(32, '-'));
    const field = groups.map((group) => `"${group}"`).join(', ');
    const origins = ['https://here', `https://${'x'.repeat(250)}`, `https://${'y'.repeat(250)}`, 'Käse'];
    const tags = origins.flatMap((origin) => groupTags(field, origin));
    expect(new Set(tags).size).toBe(32 * origins.length);
  });

  it('are compared to the letter', () => {
    expect(groupTags('"Scripts", "scripts"', 'https://here')).toHaveLength(2);
  });
});
