import type { Codec } from '../codecs/codec.ts';
import { compactCodec } from '../codecs/compact-codec.ts';
import { readCompact } from '../codecs/compact-reader.ts';
import { unpackPayload } from '../codecs/compression.ts';
import { deepCopy } from '../codecs/deep-copy.ts';
import { freezeOwn, isOwn, readerOf } from '../codecs/own-codecs.ts';
import type { Call, Engine } from '../engine.ts';
import { dataKeyOf, type Generation, NAMESPACE_TAG } from '../generations/generations.ts';
import { decodeFrame } from './decode-frame.ts';
import type { HeldValue } from './encoded.ts';
import { type FrameFault, type StoredFrame, wholeFrame } from './frame.ts';
import { isExpired } from './freshness.ts';

/** What lies in Redis, or `undefined` for a miss: expired, or unreadable, which is counted. */
export function readFrame(engine: Engine, { codec }: Call, bytes: Buffer, nowMs: number): StoredFrame | undefined {
  // Beyond the payload there are a header and stamps, which have bounds of their own.
  const frame = decodeFrame(bytes, engine.maxEntryBytes + 256 * 1024);
  if (typeof frame === 'string') return countUnreadable(engine, frame);
  if (isExpired(frame, nowMs)) return undefined;
  if (frame.stamps[0]?.tag !== NAMESPACE_TAG) return countUnreadable(engine, 'malformed');
  return readerOf(codec, frame.codec) ? frame : countUnreadable(engine, 'codec');
}

/** The value of a frame whose stamps are current; `undefined` for one that is unreadable, which is counted. */
export function openFrame(
  engine: Engine,
  call: Call,
  frame: StoredFrame,
  generations: readonly Generation[],
): HeldValue | undefined {
  const codec = readerOf(call.codec, frame.codec) ?? call.codec;
  const dataKey = dataKeyOf(generations);
  const { isEncrypted, validate } = call.redisPolicy;
  const isAsWritten = frame.keyId === undefined && !isEncrypted && !dataKey && frame.compression === 'none';
  if (isAsWritten && codec === compactCodec && !validate) return openCompact(engine, frame);
  const payload = unpackFrame(engine, call, frame, dataKey);
  if (!payload) return undefined;
  let value = decode(codec, payload);
  if (value === UNDECODABLE) return countUnreadable(engine, 'payload');
  if (validate) {
    // A schema may write to what it is given.
    const valid = validate(codec === compactCodec ? deepCopy(value) : value);
    if (!valid) return countUnreadable(engine, 'schema');
    value = valid.value;
  }
  if (codec !== compactCodec || validate) freezeOwn(codec, value);
  return { value, validator: frame.validator, bytes: payload.length };
}

/** Nearly every one: there is nothing to undo, and what is read from the bytes is frozen and keeps nothing of them. */
function openCompact(engine: Engine, { bytes, payloadAt, validator }: StoredFrame): HeldValue | undefined {
  try {
    return { value: readCompact(bytes, payloadAt), validator, bytes: bytes.length - payloadAt };
  } catch {
    return countUnreadable(engine, 'payload');
  }
}

/** What the codec has written; `undefined` where that cannot be told, which is counted. */
function unpackFrame(engine: Engine, call: Call, frame: StoredFrame, dataKey: Buffer | undefined): Buffer | undefined {
  const packed = decrypt(engine, call, frame, dataKey);
  if (typeof packed === 'string') return countUnreadable(engine, packed);
  const unpacked = unpackPayload(packed, frame.compression, engine.maxEntryBytes);
  if (!unpacked) return countUnreadable(engine, 'compression');
  // A copy, since a codec may keep views, and in memory a view would keep the whole chunk that came from the socket.
  const isView = unpacked.buffer === frame.bytes.buffer && !isOwn(call.codec);
  const isKept = isView && engine.memory.fits(unpacked.length, call.memoryPolicy.budget);
  return isKept ? Buffer.from(unpacked) : unpacked;
}

const UNDECODABLE = Symbol('undecodable');

function decode(codec: Codec<unknown>, payload: Buffer): unknown {
  try {
    return codec.decode(payload);
  } catch {
    // Stored data is hostile: whatever a decoder throws means that it is not this codec's.
    return UNDECODABLE;
  }
}

function decrypt(
  { encryption, placeOf }: Engine,
  { address, redisPolicy }: Call,
  frame: StoredFrame,
  dataKey: Buffer | undefined,
): Buffer | FrameFault {
  const whole = wholeFrame(frame);
  if (frame.keyId === undefined) return redisPolicy.isEncrypted || dataKey ? 'plaintext' : whole.payload;
  return encryption ? encryption.open(whole, placeOf(address), dataKey) : 'key';
}

/** Counts what Redis has and this cache cannot read. */
export function countUnreadable(engine: Engine, reason: FrameFault): undefined {
  engine.unreadableFrames += 1;
  engine.events.emit('frame:unreadable', { reason });
}
