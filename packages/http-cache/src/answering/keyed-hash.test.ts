import { describe, expect, it } from 'vitest';
import { type HashKey, keyedHash } from './keyed-hash.ts';

/** Those of the Linux kernel (lib/siphash_kunit.c), whose inputs are 0, 1, 2, … bytes that count up from 0. */
const KEY: HashKey = [0x03020100, 0x07060504];
const VECTORS: readonly (readonly [bytes: number, hash: number])[] = [
  [0, 0x5814c896],
  [2, 0xbc4b0e30],
  [4, 0x7e059ea6],
  [6, 0xa0080b65],
  [8, 0x577999b1],
  [10, 0xe4fa32cf],
  [12, 0x6b28096c],
  [14, 0x16658a7c],
  [16, 0x8b31d501],
];

describe('the keyed hash', () => {
  it.each(VECTORS)('of %i bytes is that of the reference', (bytes, hash) => {
    const text = Buffer.from(Array.from({ length: bytes }, (_, byte) => byte)).toString('utf16le');
    expect(keyedHash(KEY, text) >>> 0).toBe(hash);
  });

  it('is another one under another key', () => {
    expect(keyedHash([1, 2], 'a')).not.toBe(keyedHash([1, 3], 'a'));
  });
});
