import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import type { UnreadableReason } from './events.ts';

/** Encrypts and authenticates the records of one or more secrets. */
export interface SessionSealer {
  /** `text` under the first secret, readable only at `key`. */
  seal(key: string, text: string): Buffer;
  /** Never throws: whatever lies at `key`, either it opens or there is a reason why not. */
  open(key: string, record: Buffer): Opened;
}

export type Opened = { readonly text: string } | { readonly unreadable: UnreadableReason };

interface SealingKey {
  readonly id: Buffer;
  readonly master: Buffer;
}

// A record: version (1) | key id (8) | nonce (12) | tag (16) | ciphertext. Version and key id are authenticated too.
const VERSION = 1;
const KEY_ID_BYTES = 8;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + KEY_ID_BYTES;
const TAG_AT = HEADER_BYTES + NONCE_BYTES;
const TEXT_AT = TAG_AT + TAG_BYTES;

/**
 * AES-256-GCM. The first secret seals, all of them open, so that a secret is replaced by putting the new one in front.
 * Keys come from the secret by HKDF-SHA256 under labels of their own, so the cookie's signature, which uses the secret
 * itself, tells nothing about them.
 */
export function createSessionSealer(secrets: readonly [string, ...string[]]): SessionSealer {
  const [current, ...earlier] = secrets.map(deriveKey) as [SealingKey, ...SealingKey[]];
  const keys = [current, ...earlier];

  return {
    seal(key, text) {
      const header = Buffer.concat([Buffer.of(VERSION), current.id]);
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', recordKey(current, key), nonce);
      cipher.setAAD(associatedData(header, key));
      const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([header, nonce, cipher.getAuthTag(), ciphertext]);
    },
    open(key, record) {
      if (record[0] !== VERSION || record.length < TEXT_AT) return { unreadable: 'unknown-format' };
      const id = record.subarray(1, HEADER_BYTES);
      const sealedWith = keys.find((candidate) => candidate.id.equals(id));
      if (!sealedWith) return { unreadable: 'unknown-secret' };
      const text = decrypt(recordKey(sealedWith, key), key, record);
      return text === undefined ? { unreadable: 'altered' } : { text };
    },
  };
}

function decrypt(secretKey: Buffer, key: string, record: Buffer): string | undefined {
  const nonce = record.subarray(HEADER_BYTES, TAG_AT);
  const decipher = createDecipheriv('aes-256-gcm', secretKey, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(associatedData(record.subarray(0, HEADER_BYTES), key));
  decipher.setAuthTag(record.subarray(TAG_AT, TEXT_AT));
  const text = decipher.update(record.subarray(TEXT_AT));
  try {
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch {
    // `final` throws only where the tag does not match; the text must not be looked at then.
    return undefined;
  }
}

function deriveKey(secret: string): SealingKey {
  const derive = (label: string, bytes: number) =>
    Buffer.from(hkdfSync('sha256', secret, '', `breakwater/session/v${VERSION}/${label}`, bytes));
  return { id: derive('key id', KEY_ID_BYTES), master: derive('record key', 32) };
}

/**
 * Every record has a key of its own: random 96-bit nonces are safe for 2^32 messages under one key (NIST SP 800-38D
 * §8.3), which a whole fleet's sessions would reach and one session never does.
 */
function recordKey({ master }: SealingKey, key: string): Buffer {
  return createHmac('sha256', master).update(key).digest();
}

/** Binds a record to its place: copied to another session's key, it does not open. */
function associatedData(header: Buffer, key: string): Buffer {
  return Buffer.concat([header, Buffer.from(key)]);
}
