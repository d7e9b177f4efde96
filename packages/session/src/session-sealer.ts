import { keyOfPlace, keyOfSecret, SEAL_OVERHEAD_BYTES, seal, unseal } from '@breakwater/core';
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

// A record: version (1) | key id (8) | what `seal` makes. Version and key id are authenticated too.
const VERSION = 1;
const KEY_ID_BYTES = 8;
const HEADER_BYTES = 1 + KEY_ID_BYTES;

/**
 * AES-256-GCM. The first secret seals, all of them open, so that a secret is replaced by putting the new one in front.
 * Keys come from the secret by HKDF-SHA256 under labels of their own, so the cookie's signature, which uses the secret
 * itself, tells nothing about them. Every record has a key of its own.
 */
export function createSessionSealer(secrets: readonly [string, ...string[]]): SessionSealer {
  const [current, ...earlier] = secrets.map(deriveKey) as [SealingKey, ...SealingKey[]];
  const keys = [current, ...earlier];

  return {
    seal(key, text) {
      const header = Buffer.concat([Buffer.of(VERSION), current.id]);
      return Buffer.concat([header, seal(keyOfPlace(current.master, key), text, associatedData(header, key))]);
    },
    open(key, record) {
      if (record[0] !== VERSION || record.length < HEADER_BYTES + SEAL_OVERHEAD_BYTES) {
        return { unreadable: 'unknown-format' };
      }
      const header = record.subarray(0, HEADER_BYTES);
      const sealedWith = keys.find(({ id }) => id.equals(header.subarray(1)));
      if (!sealedWith) return { unreadable: 'unknown-secret' };
      const sealed = record.subarray(HEADER_BYTES);
      const text = unseal(keyOfPlace(sealedWith.master, key), sealed, associatedData(header, key));
      return text === undefined ? { unreadable: 'altered' } : { text: text.toString('utf8') };
    },
  };
}

function deriveKey(secret: string): SealingKey {
  const derive = (label: string, bytes?: number) =>
    keyOfSecret(secret, `breakwater/session/v${VERSION}/${label}`, bytes);
  return { id: derive('key id', KEY_ID_BYTES), master: derive('record key') };
}

/** Binds a record to its place: copied to another session's key, it does not open. */
function associatedData(header: Buffer, key: string): Buffer {
  return Buffer.concat([header, Buffer.from(key)]);
}
