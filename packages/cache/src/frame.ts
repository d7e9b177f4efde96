import type { CompressionAlgorithm } from './compression.ts';
import type { Lifetime } from './freshness.ts';

/**
 * What lies in Redis under an entry's key. All numbers are big-endian.
 *
 *     2  "BW"                     6  storedAtMs        1 + n  codec name
 *     1  version                  6  freshUntilMs          2  count of stamps, each 2 + n tag, 1 + n generation
 *     1  compression              6  staleUntilMs      4 + n  payload, to the end
 *                                 6  expiresAtMs
 */
export interface Frame extends Lifetime {
  readonly codec: string;
  readonly stamps: readonly Stamp[];
  readonly compression: CompressionAlgorithm | 'none';
  /** As it is stored: compressed, if it is. */
  readonly payload: Buffer;
}

/** A tag and its generation at the time the entry's load began. The empty tag is the whole namespace. */
export interface Stamp {
  readonly tag: string;
  readonly generation: string;
}

/** Why bytes are not read. They count as a miss. */
export type FrameFault =
  | 'oversized'
  | 'magic'
  | 'version'
  | 'flags'
  | 'malformed'
  | 'codec'
  | 'compression'
  | 'payload';

export const FRAME_VERSION = 2;
const MAGIC = 0x4257;

/** By the number in the frame. */
const COMPRESSIONS = Object.freeze(['none', 'zstd', 'gzip', 'brotli'] as const);

const FIXED_BYTES = 28;

// A generation is made by this package, so a longer one, or more of them, was not written by it.
const MAX_STAMPS = 129;

export function encodeFrame(frame: Frame): Buffer {
  const stampBytes = frame.stamps.reduce(
    (bytes, { tag, generation }) => bytes + 3 + Buffer.byteLength(tag) + generation.length,
    0,
  );
  const bytes = Buffer.allocUnsafe(FIXED_BYTES + 1 + frame.codec.length + 2 + stampBytes + 4 + frame.payload.length);
  bytes.writeUInt16BE(MAGIC, 0);
  bytes.writeUInt8(FRAME_VERSION, 2);
  bytes.writeUInt8(COMPRESSIONS.indexOf(frame.compression), 3);
  bytes.writeUIntBE(frame.storedAtMs, 4, 6);
  bytes.writeUIntBE(frame.freshUntilMs, 10, 6);
  bytes.writeUIntBE(frame.staleUntilMs, 16, 6);
  bytes.writeUIntBE(frame.expiresAtMs, 22, 6);
  let at = bytes.writeUInt8(frame.codec.length, FIXED_BYTES);
  at += bytes.write(frame.codec, at, 'latin1');
  at = bytes.writeUInt16BE(frame.stamps.length, at);
  for (const { tag, generation } of frame.stamps) {
    const tagBytes = bytes.write(tag, at + 2);
    bytes.writeUInt16BE(tagBytes, at);
    at = bytes.writeUInt8(generation.length, at + 2 + tagBytes);
    at += bytes.write(generation, at, 'latin1');
  }
  at = bytes.writeUInt32BE(frame.payload.length, at);
  frame.payload.copy(bytes, at);
  return bytes;
}

/** The frame, whose payload is a view of `bytes`, or why it is none. Never throws, whatever the bytes. */
export function decodeFrame(bytes: Buffer, maxBytes: number): Frame | FrameFault {
  if (bytes.length > maxBytes) return 'oversized';
  if (bytes.length < FIXED_BYTES || bytes.readUInt16BE(0) !== MAGIC) return 'magic';
  if (bytes.readUInt8(2) !== FRAME_VERSION) return 'version';
  const compression = COMPRESSIONS[bytes.readUInt8(3)];
  if (compression === undefined) return 'flags';
  try {
    return decodeBody(bytes, compression) ?? 'malformed';
  } catch (error) {
    // A length that points beyond the end; Buffer checks every read.
    if (error instanceof RangeError) return 'malformed';
    throw error;
  }
}

function decodeBody(bytes: Buffer, compression: Frame['compression']): Frame | undefined {
  const storedAtMs = bytes.readUIntBE(4, 6);
  const freshUntilMs = bytes.readUIntBE(10, 6);
  const staleUntilMs = bytes.readUIntBE(16, 6);
  const expiresAtMs = bytes.readUIntBE(22, 6);
  let at = FIXED_BYTES;

  function text(lengthBytes: 1 | 2, encoding: 'latin1' | 'utf8'): string {
    const start = at + lengthBytes;
    const end = start + bytes.readUIntBE(at, lengthBytes);
    if (end > bytes.length) throw new RangeError('A text ends behind the frame.');
    at = end;
    return bytes.toString(encoding, start, end);
  }

  const codec = text(1, 'latin1');
  const count = bytes.readUInt16BE(at);
  at += 2;
  const isOrdered = storedAtMs < freshUntilMs && freshUntilMs <= staleUntilMs && staleUntilMs <= expiresAtMs;
  if (count > MAX_STAMPS || !isOrdered) return undefined;
  const stamps: Stamp[] = [];
  for (let index = 0; index < count; index += 1) {
    stamps.push({ tag: text(2, 'utf8'), generation: text(1, 'latin1') });
  }
  const length = bytes.readUInt32BE(at);
  at += 4;
  if (at + length !== bytes.length) return undefined;
  return {
    codec,
    storedAtMs,
    freshUntilMs,
    staleUntilMs,
    expiresAtMs,
    stamps,
    compression,
    payload: bytes.subarray(at),
  };
}
