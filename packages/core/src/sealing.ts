import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

/** What sealing adds to a plaintext. */
export const SEAL_OVERHEAD_BYTES = NONCE_BYTES + TAG_BYTES;

/**
 * Encrypts and authenticates with AES-256-GCM: nonce (12) | tag (16) | ciphertext.
 *
 * The nonce is random, which is safe for 2^32 calls under one key (NIST SP 800-38D §8.3): more than one place in a store
 * sees, and less than a fleet may. So what is stored in many places takes a {@link keyOfPlace} for each.
 *
 * @param key 32 bytes.
 * @param associated authenticated with it and not in it; {@link unseal} must be given the same.
 */
export function seal(key: Buffer, plaintext: Buffer | string, associated: Buffer | string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(associated));
  const ciphertext = typeof plaintext === 'string' ? cipher.update(plaintext, 'utf8') : cipher.update(plaintext);
  const rest = cipher.final();
  return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext, rest]);
}

/** The plaintext, or `undefined` for bytes that were not sealed so. Never throws, whatever the bytes. */
export function unseal(key: Buffer, sealed: Buffer, associated: Buffer | string): Buffer | undefined {
  if (sealed.length < SEAL_OVERHEAD_BYTES) return undefined;
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(associated));
  decipher.setAuthTag(sealed.subarray(NONCE_BYTES, SEAL_OVERHEAD_BYTES));
  const plaintext = decipher.update(sealed.subarray(SEAL_OVERHEAD_BYTES));
  try {
    return Buffer.concat([plaintext, decipher.final()]);
  } catch {
    // `final` throws only where the tag does not match; the plaintext must not be looked at then.
    return undefined;
  }
}

/** A key for one purpose from a secret, by HKDF-SHA256: keys of different labels say nothing of each other or the secret. */
export function keyOfSecret(secret: string, label: string, bytes = KEY_BYTES): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', label, bytes));
}

/** The key of one place in a store, from the key of all. */
export function keyOfPlace(master: Buffer, place: string): Buffer {
  return createHmac('sha256', master).update(place).digest();
}
