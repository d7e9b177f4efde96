import { keyOfPlace, keyOfSecret, seal, unseal } from '@breakwater/core';
import { type Frame, headOf } from '../entries/frame.ts';
import type { KeyRing } from '../options/encryption-options.ts';

/** Encrypts what lies in Redis: with the data key of its subject, else with the ring's first key. All of them decrypt. */
export interface Encryption {
  /** @param place the entry's key in Redis: at another the frame does not open. */
  seal(frame: Frame, place: string, dataKey?: Buffer): Frame;
  /** The payload as it was before, or why not. Never throws, whatever the frame. */
  open(frame: Frame, place: string, dataKey?: Buffer): Buffer | 'key' | 'altered';
}

/** The key id of entries that are encrypted with the data key of their subject. A key of the ring never has it. */
const OF_SUBJECT = '';

// In front of the payload lies `freshUntilMs` as it was written: in the frame it may be brought forward, but never
// put off.
const TIME_BYTES = 6;

export function createEncryption(ring: KeyRing): Encryption {
  const [first] = ring;
  const masters = new Map(ring.map(({ id, secret }) => [id, keyOfSecret(secret, 'breakwater/cache/v1/entry')]));

  return {
    seal(frame, place, dataKey) {
      const sealed = { ...frame, keyId: dataKey ? OF_SUBJECT : first.id };
      const master = dataKey ?? (masters.get(first.id) as Buffer);
      return { ...sealed, payload: sealPayload(master, sealed, place) };
    },
    open(frame, place, dataKey) {
      const master = frame.keyId === OF_SUBJECT ? dataKey : masters.get(frame.keyId ?? '');
      return master ? (openPayload(master, frame, place) ?? 'altered') : 'key';
    },
  };
}

function sealPayload(master: Buffer, frame: Frame, place: string): Buffer {
  const plaintext = Buffer.allocUnsafe(TIME_BYTES + frame.payload.length);
  plaintext.writeUIntBE(frame.freshUntilMs, 0, TIME_BYTES);
  frame.payload.copy(plaintext, TIME_BYTES);
  return seal(keyOfPlace(master, place), plaintext, headOf(frame));
}

function openPayload(master: Buffer, frame: Frame, place: string): Buffer | undefined {
  const plaintext = unseal(keyOfPlace(master, place), frame.payload, headOf(frame));
  if (!plaintext || plaintext.length < TIME_BYTES) return undefined;
  return frame.freshUntilMs <= plaintext.readUIntBE(0, TIME_BYTES) ? plaintext.subarray(TIME_BYTES) : undefined;
}
