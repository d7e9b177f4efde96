import { randomBytes } from 'node:crypto';
import { keyOfPlace, keyOfSecret, seal, unseal } from '@breakwater/core';
import type { KeyRing } from '../options/encryption-options.ts';

/**
 * The data keys of subjects. Redis has each in place of a generation's id, wrapped by a key of the ring: the first wraps,
 * all unwrap.
 */
export interface SubjectKeys {
  /** A new data key, wrapped for the place of its tag in Redis. */
  create(tag: string): string;
  /** `undefined` for what was not wrapped by this ring for this place. Never throws, whatever the text. */
  unwrap(tag: string, wrapped: string): SubjectKey | undefined;
}

export interface SubjectKey {
  /** Stands in entries as a generation's id does, and says nothing of the data key. */
  readonly id: string;
  readonly dataKey: Buffer;
  /** The same wrapped by the ring's first key, where it was another's. */
  readonly rewrapped: string | undefined;
}

const DATA_KEY_BYTES = 32;

export function createSubjectKeys(ring: KeyRing, placeOf: (tag: string) => string): SubjectKeys {
  const [first] = ring;
  const masters = new Map(ring.map(({ id, secret }) => [id, keyOfSecret(secret, 'breakwater/cache/v1/subject')]));

  function wrap(place: string, dataKey: Buffer): string {
    const sealed = seal(keyOfPlace(masters.get(first.id) as Buffer, place), dataKey, place);
    return `${first.id}.${sealed.toString('base64url')}`;
  }

  return {
    create: (tag) => wrap(placeOf(tag), randomBytes(DATA_KEY_BYTES)),
    unwrap(tag, wrapped) {
      const place = placeOf(tag);
      const [keyId = '', sealed = ''] = wrapped.split('.');
      const master = masters.get(keyId);
      const dataKey = master && unseal(keyOfPlace(master, place), Buffer.from(sealed, 'base64url'), place);
      if (dataKey?.length !== DATA_KEY_BYTES) return undefined;
      const id = keyOfPlace(dataKey, 'id').toString('base64url', 0, 12);
      return { id, dataKey, rewrapped: keyId === first.id ? undefined : wrap(place, dataKey) };
    },
  };
}
