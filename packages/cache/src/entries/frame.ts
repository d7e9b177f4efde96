import type { CompressionAlgorithm } from '../codecs/compression.ts';
import type { Lifetime } from './freshness.ts';

/**
 * What lies in Redis under an entry's key. All numbers are big-endian.
 *
 *     0  2  "BW"                   28  1 + n  codec name
 *     2  1  version                    2 + n  validator, where the flags say so
 *     3  1  flags                      1 + n  key id, where the flags say so
 *     4  6  storedAtMs                 2      count of stamps, each 2 + n tag, 1 + n generation
 *    10  6  freshUntilMs               4 + n  payload, to the end
 *    16  6  from freshUntilMs to staleUntilMs
 *    22  6  from freshUntilMs to expiresAtMs
 *
 * Flags: bits 0 and 1 the compression, bit 2 that there is a key id, bit 3 that there is a validator; the rest is zero. The
 * times stand where a script in Redis finds them: it may bring `freshUntilMs` forward in place, so that an entry is stale
 * from now on, and nothing else; what it may be of use for after that begins then. That is why the other two count from
 * there, and why what authenticates a frame leaves these six bytes out.
 */
export interface Frame extends Lifetime {
  readonly codec: string;
  /** What the source named this version of the value by, such as an ETag. */
  readonly validator: string | undefined;
  /** Names the key that the payload is encrypted with; `undefined` where it is not. */
  readonly keyId: string | undefined;
  readonly stamps: readonly Stamp[];
  readonly compression: CompressionAlgorithm | 'none';
  /** As it is stored: compressed and then encrypted, if it is. */
  readonly payload: Buffer;
}

/** A frame as it was read. A view of its payload would cost a hit in Redis as much as all the rest of it. */
export interface StoredFrame extends Omit<Frame, 'payload'> {
  readonly bytes: Buffer;
  /** Where the payload begins, which ends with the bytes. */
  readonly payloadAt: number;
}

/** With its payload, which is a view of the bytes. */
export function wholeFrame({ bytes, payloadAt, ...head }: StoredFrame): Frame {
  return { ...head, payload: bytes.subarray(payloadAt) };
}

/** A tag and its generation at the time the entry's load began. The empty tag is the whole namespace. */
export interface Stamp {
  readonly tag: string;
  readonly generation: string;
}

/**
 * Why bytes are not read; they count as a miss. `plaintext`: the policy wants them encrypted. `key`: encrypted with a key that
 * this cache does not have. `altered`: not what was encrypted with that key for this place. `schema`: not what the policy's
 * schema takes.
 */
export type FrameFault =
  | 'oversized'
  | 'magic'
  | 'version'
  | 'flags'
  | 'malformed'
  | 'codec'
  | 'plaintext'
  | 'key'
  | 'altered'
  | 'compression'
  | 'payload'
  | 'schema';

export const FRAME_VERSION = 3;
export const MAGIC = 0x4257;

/** By the number in the frame. */
export const COMPRESSIONS = Object.freeze(['none', 'zstd', 'gzip', 'brotli'] as const);
export const COMPRESSION_BITS = 0b0011;
export const HAS_KEY_ID = 0b0100;
export const HAS_VALIDATOR = 0b1000;

/** Of these the scripts in Redis know. */
export const FIXED_BYTES = 28;
const NO_BYTES = Buffer.alloc(0);

export function encodeFrame(frame: Frame): Buffer {
  const { payload } = frame;
  const texts = textsOf(frame);
  const headBytes = FIXED_BYTES + texts.length;
  const bytes = Buffer.allocUnsafe(headBytes + 4 + payload.length);
  writeFixed(frame, bytes);
  texts.copy(bytes, FIXED_BYTES);
  bytes.writeUInt32BE(payload.length, headBytes);
  payload.copy(bytes, headBytes + 4);
  return bytes;
}

/** What authenticates a payload: all that stands before it, but for `freshUntilMs`. */
export function headOf(frame: Frame): Buffer {
  const fixed = Buffer.allocUnsafe(FIXED_BYTES);
  writeFixed(frame, fixed);
  return Buffer.concat([fixed.fill(0, 10, 16), textsOf(frame)]);
}

function writeFixed(frame: Frame, bytes: Buffer): void {
  bytes.writeUInt16BE(MAGIC, 0);
  bytes.writeUInt8(FRAME_VERSION, 2);
  bytes.writeUInt8(flagsOf(frame), 3);
  bytes.writeUIntBE(frame.storedAtMs, 4, 6);
  bytes.writeUIntBE(frame.freshUntilMs, 10, 6);
  bytes.writeUIntBE(frame.staleUntilMs - frame.freshUntilMs, 16, 6);
  bytes.writeUIntBE(frame.expiresAtMs - frame.freshUntilMs, 22, 6);
}

/**
 * The last texts without a validator or a key. What is written in a row mostly has the same codec and the very same stamps
 * (`value-to-frame.ts`): its texts are then copied, which takes a part of what it takes to encode them.
 */
let lastTexts: { readonly codec: string; readonly stamps: readonly Stamp[]; readonly bytes: Buffer } | undefined;

/** What stands between the times and the payload. */
function textsOf(frame: Frame): Buffer {
  const { codec, validator, keyId, stamps } = frame;
  if (validator !== undefined || keyId !== undefined) return encodeTexts(frame);
  if (lastTexts?.stamps !== stamps || lastTexts.codec !== codec) {
    lastTexts = { codec, stamps, bytes: encodeTexts(frame) };
  }
  return lastTexts.bytes;
}

function encodeTexts(frame: Frame): Buffer {
  const { codec, validator, keyId, stamps } = frame;
  const bytes = Buffer.allocUnsafe(textBytesOf(frame));
  let at = 0;

  function text(value: string, lengthBytes: 1 | 2, encoding: 'latin1' | 'utf8'): void {
    const written = bytes.write(value, at + lengthBytes, encoding);
    at = bytes.writeUIntBE(written, at, lengthBytes) + written;
  }

  text(codec, 1, 'latin1');
  if (validator !== undefined) text(validator, 2, 'utf8');
  if (keyId !== undefined) text(keyId, 1, 'latin1');
  at = bytes.writeUInt16BE(stamps.length, at);
  for (const { tag, generation } of stamps) {
    text(tag, 2, 'utf8');
    text(generation, 1, 'latin1');
  }
  return bytes;
}

function textBytesOf({ codec, validator, keyId, stamps }: Frame): number {
  let bytes = 1 + codec.length + 2;
  if (validator !== undefined) bytes += 2 + Buffer.byteLength(validator);
  if (keyId !== undefined) bytes += 1 + keyId.length;
  for (const { tag, generation } of stamps) bytes += 3 + Buffer.byteLength(tag) + generation.length;
  return bytes;
}

function flagsOf({ compression, validator, keyId }: Frame): number {
  const parts = (keyId === undefined ? 0 : HAS_KEY_ID) | (validator === undefined ? 0 : HAS_VALIDATOR);
  return COMPRESSIONS.indexOf(compression) | parts;
}

/** The part of a frame that tells it from the one before it; empty where there is none. */
export function headerOf(bytes: Buffer | null): Buffer {
  return bytes === null ? NO_BYTES : bytes.subarray(0, FIXED_BYTES);
}
