import { createCipheriv } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyOfPlace, keyOfSecret, SEAL_OVERHEAD_BYTES, seal, unseal } from './sealing.ts';

const key = keyOfSecret('a secret of more than thirty-two characters', 'test');
const other = keyOfSecret('a secret of more than thirty-two characters', 'test of another purpose');
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));

describe('what is sealed', () => {
  it('opens with its key and what it was associated with, and with nothing else', () => {
    fc.assert(
      fc.property(bytes, bytes, (plaintext, associated) => {
        const sealed = seal(key, plaintext, associated);
        expect(sealed.length).toBe(plaintext.length + SEAL_OVERHEAD_BYTES);
        expect(unseal(key, sealed, associated)?.equals(plaintext)).toBe(true);
        expect(unseal(other, sealed, associated)).toBeUndefined();
        expect(unseal(key, sealed, Buffer.concat([associated, Buffer.of(0)]))).toBeUndefined();
      }),
    );
  });

  it('is AES-256-GCM as everybody writes it', () => {
    const sealed = seal(key, 'text', 'place');
    const cipher = createCipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
    cipher.setAAD(Buffer.from('place'));
    const ciphertext = Buffer.concat([cipher.update('text'), cipher.final()]);
    expect(sealed.subarray(12)).toEqual(Buffer.concat([cipher.getAuthTag(), ciphertext]));
  });

  it('does not open with any bit of it changed, cut, or lengthened', () => {
    const sealed = seal(key, 'plaintext', 'place');
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), fc.nat(7), (at, bit) => {
        const altered = Buffer.from(sealed);
        altered.writeUInt8(altered.readUInt8(at) ^ (1 << bit), at);
        expect(unseal(key, altered, 'place')).toBeUndefined();
      }),
    );
    for (let length = 0; length < sealed.length; length += 1) {
      expect(unseal(key, sealed.subarray(0, length), 'place')).toBeUndefined();
    }
    expect(unseal(key, Buffer.concat([sealed, Buffer.of(0)]), 'place')).toBeUndefined();
  });

  it('never looks the same twice', () => {
    const sealed = Array.from({ length: 500 }, () => seal(key, 'text', 'place').toString('hex'));
    expect(new Set(sealed).size).toBe(500);
  });
});

describe('keys', () => {
  it('are the same for the same secret and label, and for the same master and place, and differ otherwise', () => {
    const keys = [
      keyOfSecret('one secret', 'label'),
      keyOfSecret('one secret', 'other label'),
      keyOfSecret('other secret', 'label'),
      keyOfPlace(key, 'place'),
      keyOfPlace(key, 'other place'),
      keyOfPlace(other, 'place'),
    ].map((derived) => derived.toString('hex'));
    expect(new Set(keys).size).toBe(keys.length);
    expect(keyOfSecret('one secret', 'label').toString('hex')).toBe(keys[0]);
    expect(keyOfPlace(key, 'place').toString('hex')).toBe(keys[3]);
  });

  it('have 32 bytes unless asked for others', () => {
    expect(keyOfSecret('secret', 'label')).toHaveLength(32);
    expect(keyOfSecret('secret', 'label', 8)).toHaveLength(8);
    expect(keyOfPlace(key, 'place')).toHaveLength(32);
  });
});
