import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeToken, parseToken } from './token.ts';

it('a token says what it was made of, in few characters', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (sequence) => {
      const milestone = { publisher: randomBytes(9).toString('base64url'), sequence };
      const token = encodeToken(milestone);
      expect(token.length).toBeLessThanOrEqual(24);
      expect(parseToken(token)).toEqual(milestone);
    }),
  );
});

it.each([
  undefined,
  '',
  'p',
  'p.',
  '.1',
  'p.-1',
  'p.zzzzzzzzzzz',
  'p.1.1',
  'p.1\n',
  `${'p'.repeat(33)}.1`,
  '<p>.1',
  7,
  {},
])('%j is no token, and is refused with a code', (token) => {
  expect(() => parseToken(token)).toThrow(expect.objectContaining({ code: 'ERR_CACHE_TOKEN' }));
});
