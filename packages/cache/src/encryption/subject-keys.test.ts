import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSubjectKeys } from './subject-keys.ts';

const OLD = { id: 'k1', secret: 'first-secret-first-secret-first-secret' };
const NEW = { id: 'k2', secret: 'second-secret-second-secret-second-secret' };
const ADA = '\u001eada';
const placeOf = (tag: string) => `place of ${tag}`;
const keys = createSubjectKeys([OLD], placeOf);

describe('the data keys of subjects', () => {
  it('are wrapped for one place, and unwrapped there alone, always to the same', () => {
    const wrapped = keys.create(ADA);
    const key = keys.unwrap(ADA, wrapped);
    expect(key?.dataKey).toHaveLength(32);
    expect(keys.unwrap(ADA, wrapped)).toEqual(key);
    expect(keys.unwrap('\u001ebob', wrapped)).toBeUndefined();
    expect(keys.unwrap(ADA, keys.create(ADA))?.id).not.toBe(key?.id);
    expect(key?.id).toMatch(/^[\w-]{16}$/);
    expect(wrapped).not.toContain(key?.dataKey.toString('base64url'));
  });

  it('are wrapped anew by the first key of a ring, and stay the same keys', () => {
    const old = keys.unwrap(ADA, keys.create(ADA));
    expect(old?.rewrapped).toBeUndefined();
    const wrapped = keys.create(ADA);
    const rotated = createSubjectKeys([NEW, OLD], placeOf).unwrap(ADA, wrapped);
    expect(rotated).toMatchObject({ ...keys.unwrap(ADA, wrapped), rewrapped: expect.stringMatching(/^k2\./) });
    const alone = createSubjectKeys([NEW], placeOf);
    expect(alone.unwrap(ADA, rotated?.rewrapped ?? '')).toEqual({ ...rotated, rewrapped: undefined });
    expect(alone.unwrap(ADA, wrapped)).toBeUndefined();
  });

  it('are none, and nothing is thrown, whatever Redis has', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 120 }), (text) => {
        expect(keys.unwrap(ADA, text)).toBeUndefined();
        expect(keys.unwrap(ADA, `k1.${text}`)).toBeUndefined();
      }),
    );
  });
});
