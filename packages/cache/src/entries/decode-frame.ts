import { type BytePattern, liesAt, patternOf } from '../codecs/byte-pattern.ts';
import { viewToRead } from '../codecs/read-view.ts';
import {
  COMPRESSION_BITS,
  COMPRESSIONS,
  FIXED_BYTES,
  FRAME_VERSION,
  type FrameFault,
  HAS_KEY_ID,
  HAS_VALIDATOR,
  MAGIC,
  type Stamp,
  type StoredFrame,
} from './frame.ts';

const HAS_TEXTS = HAS_KEY_ID | HAS_VALIDATOR;
const KNOWN_FLAGS = COMPRESSION_BITS | HAS_TEXTS;

// A generation is made by this package, so a longer one, or more of them, was not written by it.
const MAX_STAMPS = 130;

/** A longer head is nobody's own: only what is hostile has stamps without end. */
const MAX_SEEN_BYTES = 1024;

/** What stands between the times of a frame and its payload. */
interface Head extends Pick<StoredFrame, 'codec' | 'validator' | 'keyId' | 'stamps'> {
  /** Where it ends. */
  readonly end: number;
}

/** A head as it lay in its frame. */
interface SeenHead {
  readonly flags: number;
  readonly bytes: BytePattern;
  readonly head: Head;
}

/**
 * The last head without a validator: entries of one codec under the same tags have the same, byte for byte, and to compare
 * forty bytes is a tenth of what it costs to read them. Its stamps are one array for all of them, which others may build on.
 */
let lastHead: SeenHead | undefined;

/** The frame that lies in `bytes`, or why it is none. Never throws, whatever the bytes. */
export function decodeFrame(bytes: Buffer, maxBytes: number): StoredFrame | FrameFault {
  if (bytes.length > maxBytes) return 'oversized';
  if (bytes.length < FIXED_BYTES) return 'magic';
  const view = viewToRead(bytes);
  if (view.getUint16(0) !== MAGIC) return 'magic';
  if (view.getUint8(2) !== FRAME_VERSION) return 'version';
  const flags = view.getUint8(3);
  const compression = COMPRESSIONS[flags & COMPRESSION_BITS];
  if (compression === undefined || (flags & ~KNOWN_FLAGS) !== 0) return 'flags';
  try {
    return decodeBody(bytes, view, flags, compression) ?? 'malformed';
  } catch (error) {
    // A length that points beyond the end; Buffer checks every read.
    if (error instanceof RangeError) return 'malformed';
    throw error;
  }
}

function decodeBody(
  bytes: Buffer,
  view: DataView,
  flags: number,
  compression: StoredFrame['compression'],
): StoredFrame | undefined {
  const storedAtMs = uint48At(view, 4);
  const freshUntilMs = uint48At(view, 10);
  const staleUntilMs = freshUntilMs + uint48At(view, 16);
  const expiresAtMs = freshUntilMs + uint48At(view, 22);
  const isOrdered = storedAtMs <= freshUntilMs && staleUntilMs <= expiresAtMs;
  const head = isOrdered ? (headSeen(bytes, view, flags) ?? decodeHead(bytes, flags)) : undefined;
  if (!head) return undefined;
  const { codec, validator, keyId, stamps, end } = head;
  const payloadAt = end + 4;
  if (payloadAt > bytes.length || payloadAt + view.getUint32(end) !== bytes.length) return undefined;
  return {
    codec,
    validator,
    keyId,
    storedAtMs,
    freshUntilMs,
    staleUntilMs,
    expiresAtMs,
    stamps,
    compression,
    bytes,
    payloadAt,
  };
}

function uint48At(view: DataView, at: number): number {
  return view.getUint16(at) * 2 ** 32 + view.getUint32(at + 2);
}

function headSeen(bytes: Buffer, view: DataView, flags: number): Head | undefined {
  if (!lastHead || lastHead.flags !== (flags & HAS_TEXTS) || lastHead.head.end > bytes.length) return undefined;
  return liesAt(lastHead.bytes, view, FIXED_BYTES) ? lastHead.head : undefined;
}

function decodeHead(bytes: Buffer, flags: number): Head | undefined {
  let at = FIXED_BYTES;

  function text(lengthBytes: 1 | 2, encoding: 'latin1' | 'utf8'): string {
    const start = at + lengthBytes;
    const end = start + bytes.readUIntBE(at, lengthBytes);
    if (end > bytes.length) throw new RangeError('A text ends behind the frame.');
    at = end;
    return bytes.toString(encoding, start, end);
  }

  const codec = text(1, 'latin1');
  const validator = flags & HAS_VALIDATOR ? text(2, 'utf8') : undefined;
  const keyId = flags & HAS_KEY_ID ? text(1, 'latin1') : undefined;
  const count = bytes.readUInt16BE(at);
  at += 2;
  if (count > MAX_STAMPS) return undefined;
  const stamps: Stamp[] = [];
  for (let index = 0; index < count; index += 1) {
    stamps.push({ tag: text(2, 'utf8'), generation: text(1, 'latin1') });
  }
  const head = { codec, validator, keyId, stamps, end: at };
  if (validator === undefined && at <= MAX_SEEN_BYTES) {
    lastHead = { flags: flags & HAS_TEXTS, bytes: patternOf(bytes.subarray(FIXED_BYTES, at)), head };
  }
  return head;
}
