import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bestOffered } from './offered.ts';

describe('bestOffered', () => {
  const languages = ['en', 'de', 'pt-BR'];
  it.each<[string, string | undefined]>([
    ['de', 'de'],
    ['DE', 'de'],
    ['de-AT,de;q=0.9,en;q=0.8', 'de'],
    ['fr;q=0.5, de;q=1.0', 'de'],
    ['en, de', 'en'],
    ['de, en', 'en'],
    ['de, en;q=0.9', 'de'],
    ['pt', 'pt-BR'],
    ['pt-BR, en;q=0.9', 'pt-BR'],
    ['fr', undefined],
    ['fr, *;q=0.1', 'en'],
    ['en;q=0, *', 'de'],
    ['en;q=0', undefined],
    ['de-AT, de;q=0', undefined],
    ['', undefined],
    ['english', undefined],
    ['de;q=x, en;q=0.9', 'en'],
  ])('for Accept-Language %o is %s', (field, expected) => {
    expect(bestOffered('accept-language', field, languages)).toBe(expected);
  });

  it.each<[string, string | undefined]>([
    ['application/json', 'application/json'],
    ['text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8', 'text/html'],
    ['application/json;q=0.5, text/*', 'text/html'],
    ['*/*', 'application/json'],
    ['text/html;q=0, */*', 'application/json'],
    ['Application/JSON; q=0.7, text/html ; Q=0.3', 'application/json'],
    ['image/png', undefined],
  ])('for Accept %o is %s', (field, expected) => {
    expect(bestOffered('accept', field, ['application/json', 'text/html'])).toBe(expected);
  });

  it.each<[string, string]>([
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip, deflate', 'gzip'],
    ['br;q=0.1, gzip;q=0.9', 'gzip'],
    ['*', 'br'],
    ['deflate', 'identity'],
    ['gzip;q=0', 'identity'],
    ['', 'identity'],
  ])('for Accept-Encoding %o is %s', (field, expected) => {
    expect(bestOffered('accept-encoding', field, ['br', 'gzip'])).toBe(expected);
  });

  it('of any other header is one of its values, to the letter', () => {
    expect(bestOffered('x-device', 'mobile', ['mobile', 'desktop'])).toBe('mobile');
    expect(bestOffered('x-device', 'Mobile', ['mobile', 'desktop'])).toBeUndefined();
  });

  it('does not change what it has chosen', () => {
    const name = fc.constantFrom('accept', 'accept-language', 'accept-encoding', 'x-any');
    const offered = fc.uniqueArray(fc.constantFrom('en', 'de', 'de-AT', 'text/html', 'br', 'gzip'), { minLength: 1 });
    const field = fc.oneof(fc.string(), fc.stringMatching(/^((en|de|de-at|text\/\*|br|gzip|\*)(;q=0\.\d)?,){0,4}$/));
    fc.assert(
      fc.property(name, field, offered, (header, value, values) => {
        const chosen = bestOffered(header, value, values);
        if (chosen === undefined) return true;
        return bestOffered(header, chosen, values) === chosen;
      }),
    );
  });
});
