import { posix } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAmbiguousPath } from './ambiguous-path.ts';

describe('isAmbiguousPath', () => {
  it.each([
    '/a/../account',
    '/a/..',
    '/./a',
    '/a/.?x=1',
    '/a/%2e%2e/account',
    '/a/.%2E/account',
    '/a/..%2faccount',
    '/a%2f..%2faccount',
    '/a/..%5caccount',
    '/a\\..\\account',
    '/a/..;/account',
    '/a/..;x=1/account',
    '/a/%252e%252e%252faccount',
    '/a/%25252e%25252e/account',
    '/a/..%3fx',
    '/a/..#x',
    '/a%00.css',
    '/a%0d%0aX:1',
    '/a%7f',
    '/a%2500.css',
    'http://elsewhere/a',
    '*',
    '',
  ])('is true of %s', (target) => expect(isAmbiguousPath(target)).toBe(true));

  it.each([
    '/',
    '/price/BTC%2FUSD',
    '/price/BTC%2fUSD?x=../..',
    '/search/c%23',
    '/what%3f',
    '/caf%C3%A9',
    '/caf%e9',
    '/matrix;v=1/x',
    '/.well-known/x',
    '/...',
    '/a/..b/c',
    '/v1.2/a.css',
    '/proxy/https://elsewhere/x.png',
    '/a%5Cb',
    '/100%25',
    '/%',
    '/Price/%7Eada',
  ])('is not of %s', (target) => expect(isAmbiguousPath(target)).toBe(false));

  const piece = fc.constantFrom(
    '/',
    '\\',
    '.',
    '..',
    'a',
    '%',
    '%2e',
    '%2E',
    '%2f',
    '%5c',
    '%25',
    '25',
    '2e',
    ';',
    '%41',
  );

  it('leaves nothing in a path that any of its decoders resolves to another one', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const path = `/${pieces.join('')}`;
        fc.pre(!isAmbiguousPath(path));
        let seen = path;
        for (let decoders = 0; decoders <= 3; decoders += 1) {
          const segments = seen.replaceAll('\\', '/').split('/');
          const resolved = posix.normalize(segments.join('/').replace(/\/+/g, '/'));
          expect(resolved).toBe(segments.join('/').replace(/\/+/g, '/'));
          expect(segments.map((segment) => segment.replace(/;.*/, ''))).not.toContain('..');
          seen = decode(seen);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is not put off by letter case, a query or a clear beginning', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const path = `/${pieces.join('')}`;
        const verdict = isAmbiguousPath(path);
        expect(isAmbiguousPath(path.toUpperCase())).toBe(verdict);
        expect(isAmbiguousPath(`${path}?x=1`)).toBe(verdict);
        expect(isAmbiguousPath(`/clear${path}`)).toBe(verdict);
      }),
    );
  });
});

/** As a server would that minds no escape it cannot decode. */
function decode(text: string): string {
  return text.replace(/%[\da-f]{2}/gi, (octet) => {
    try {
      return decodeURIComponent(octet);
    } catch {
      return octet;
    }
  });
}
