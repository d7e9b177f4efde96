/**
 * What lies in Redis under an entry's key. All numbers are big-endian.
 *
 *     2  "BW"                     6  storedAtMs        1 + n  codec name
 *     1  version                  6  expiresAtMs           2  count of stamps, each 2 + n tag, 1 + n generation
 *     1  flags, 0 so far                               4 + n  payload, to the end
 */
export interface Frame {
  readonly codec: string;
  readonly storedAtMs: number;
  readonly expiresAtMs: number;
  readonly stamps: readonly Stamp[];
  readonly payload: Buffer;
}

/** A tag and its generation at the time the entry's load began. The empty tag is the whole namespace. */
export interface Stamp {
  readonly tag: string;
  readonly generation: string;
}

/** Why bytes are not read. They count as a miss. */
export type FrameFault = 'oversized' | 'magic' | 'version' | 'flags' | 'malformed' | 'codec' | 'payload';

export const FRAME_VERSION = 1;
const MAGIC = 0x4257;
const FIXED_BYTES = 16;

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
  bytes.writeUInt8(0, 3);
  bytes.writeUIntBE(frame.storedAtMs, 4, 6);
  bytes.writeUIntBE(frame.expiresAtMs, 10, 6);
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
  if (bytes.readUInt8(3) !== 0) return 'flags';
  try {
    return decodeBody(bytes) ?? 'malformed';
  } catch (error) {
    // A length that points beyond the end; Buffer checks every read.
    if (error instanceof RangeError) return 'malformed';
    throw error;
  }
}

function decodeBody(bytes: Buffer): Frame | undefined {
  const storedAtMs = bytes.readUIntBE(4, 6);
  const expiresAtMs = bytes.readUIntBE(10, 6);
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
  if (count > MAX_STAMPS || expiresAtMs <= storedAtMs) return undefined;
  const stamps: Stamp[] = [];
  for (let index = 0; index < count; index += 1) {
    stamps.push({ tag: text(2, 'utf8'), generation: text(1, 'latin1') });
  }
  const length = bytes.readUInt32BE(at);
  at += 4;
  if (at + length !== bytes.length) return undefined;
  return { codec, storedAtMs, expiresAtMs, stamps, payload: bytes.subarray(at) };
}
