import type { Codec } from '../codecs/codec.ts';
import { compactCodec } from '../codecs/compact-codec.ts';
import { readCompact } from '../codecs/compact-reader.ts';
import { packPayload, unpackPayload } from '../codecs/compression.ts';
import { deepCopy } from '../codecs/deep-copy.ts';
import { deepFreeze } from '../codecs/deep-freeze.ts';
import { isOwn, readerOf } from '../codecs/own-codecs.ts';
import { isSubjectTag } from '../encryption/subject.ts';
import type { Call, Engine } from '../engine.ts';
import { valueTooLargeError } from '../errors.ts';
import { dataKeyOf, type Generation, NAMESPACE_TAG } from '../generations/generations.ts';
import { decodeFrame } from './decode-frame.ts';
import type { Encoded } from './encoded.ts';
import { encodeFrame, type Frame, type FrameFault, type Stamp, type StoredFrame, wholeFrame } from './frame.ts';
import { goesStale, isExpired, type Lifetime } from './freshness.ts';
import type { Held } from './held.ts';

const NO_PAYLOAD = Buffer.alloc(0);

/**
 * Encodes a value and freezes it, or a copy of it, so that what memory hands out is what Redis would.
 *
 * @throws CacheInputError `ERR_CACHE_VALUE`, or what the codec throws.
 */
export function encodeValue(
  { redis }: Engine,
  { codec, memoryPolicy }: Call,
  value: unknown,
  validator?: string,
): Encoded {
  const length = redis ? undefined : codec.encodedLength?.(value);
  const payload = length === undefined ? codec.encode(value) : NO_PAYLOAD;
  const kept = memoryPolicy.isCopied && isOwn(codec) ? deepCopy(value) : value;
  freeze(codec, kept);
  return { value: kept, validator, payload, bytes: length ?? payload.length };
}

/** Whether the value is not to be kept, which is counted, and told. */
export function isTooLarge({ events, maxEntryBytes }: Engine, call: Call, { bytes }: Encoded): boolean {
  if (bytes <= maxEntryBytes) return false;
  call.outcomes.tooLarge += 1;
  events.emit('value:refused', { policy: call.memoryPolicy.policy, bytes, maxBytes: maxEntryBytes });
  return true;
}

export function refuseTooLarge(engine: Engine, call: Call, encoded: Encoded): void {
  if (!isTooLarge(engine, call, encoded)) return;
  throw valueTooLargeError(call.address.key, encoded.bytes, engine.maxEntryBytes);
}

export function frameOf(
  { encryption, placeOf }: Engine,
  { address, codec, redisPolicy }: Call,
  encoded: Encoded,
  { storedAtMs, freshUntilMs, staleUntilMs, expiresAtMs }: Lifetime,
  generations: readonly Generation[],
): Buffer {
  const frame: Frame = {
    codec: codec.name,
    validator: encoded.validator,
    keyId: undefined,
    storedAtMs,
    freshUntilMs,
    staleUntilMs,
    expiresAtMs,
    stamps: stampsOf(generations),
    ...packPayload(encoded.payload, redisPolicy.compression),
  };
  const dataKey = dataKeyOf(generations);
  const isSealed = encryption && (dataKey !== undefined || redisPolicy.isEncrypted);
  return encodeFrame(isSealed ? encryption.seal(frame, placeOf(address), dataKey) : frame);
}

/** Of the generations that were written last: what is written in a row often stands on the same. */
let lastStamps: { readonly generations: readonly Generation[]; readonly stamps: readonly Stamp[] } | undefined;

function stampsOf(generations: readonly Generation[]): readonly Stamp[] {
  if (lastStamps?.generations === generations) return lastStamps.stamps;
  const stamps = generations.map(({ tag, id }) => ({ tag, generation: id }));
  lastStamps = { generations, stamps };
  return stamps;
}

export function holdEntry(
  { address, codec, memoryPolicy }: Call,
  { value, validator, bytes }: Opened,
  lifetime: Lifetime,
  generations: readonly Generation[],
  nowMs: number,
): Held {
  const tags = userTagsOf(generations);
  const { storedAtMs, freshUntilMs, staleUntilMs, expiresAtMs } = lifetime;
  return {
    entry: Object.freeze({ value, storedAtMs, freshUntilMs, staleUntilMs, expiresAtMs, tags, validator }),
    goesStale: goesStale(lifetime),
    space: address.space,
    policy: memoryPolicy.policy,
    generations,
    currentAt: -1,
    bytes: codec.sizeOf?.(value) ?? bytes,
    heldAtMs: nowMs,
    budget: memoryPolicy.budget,
  };
}

/** Of the generations that were looked at last: what is read in a row often stands on the same. */
let lastTags: { readonly generations: readonly Generation[]; readonly tags: readonly string[] } | undefined;

function userTagsOf(generations: readonly Generation[]): readonly string[] {
  if (lastTags?.generations === generations) return lastTags.tags;
  const tags: string[] = [];
  for (const { tag } of generations) if (tag !== NAMESPACE_TAG && !isSubjectTag(tag)) tags.push(tag);
  lastTags = { generations, tags: Object.freeze(tags) };
  return tags;
}

/** What lies in Redis, or `undefined` for a miss: expired, or unreadable, which is counted. */
export function readFrame(engine: Engine, { codec }: Call, bytes: Buffer, nowMs: number): StoredFrame | undefined {
  // Beyond the payload there are a header and stamps, which have bounds of their own.
  const frame = decodeFrame(bytes, engine.maxEntryBytes + 256 * 1024);
  if (typeof frame === 'string') return unreadable(engine, frame);
  if (isExpired(frame, nowMs)) return undefined;
  if (frame.stamps[0]?.tag !== NAMESPACE_TAG) return unreadable(engine, 'malformed');
  return readerOf(codec, frame.codec) ? frame : unreadable(engine, 'codec');
}

/** What came out of a frame. */
export type Opened = Pick<Encoded, 'value' | 'validator' | 'bytes'>;

/** The value of a frame whose stamps are current; `undefined` for one that is unreadable, which is counted. */
export function openFrame(
  engine: Engine,
  call: Call,
  frame: StoredFrame,
  generations: readonly Generation[],
): Opened | undefined {
  const codec = readerOf(call.codec, frame.codec) ?? call.codec;
  const dataKey = dataKeyOf(generations);
  const { isEncrypted, validate } = call.redisPolicy;
  const isPlain = frame.keyId === undefined && !isEncrypted && !dataKey && frame.compression === 'none';
  if (isPlain && codec === compactCodec && !validate) return openCompact(engine, frame);
  const payload = unpackFrame(engine, call, frame, dataKey);
  if (!payload) return undefined;
  let value = decode(codec, payload);
  if (value === UNDECODABLE) return unreadable(engine, 'payload');
  if (validate) {
    // A schema may write to what it is given.
    const valid = validate(codec === compactCodec ? deepCopy(value) : value);
    if (!valid) return unreadable(engine, 'schema');
    value = valid.value;
  }
  if (codec !== compactCodec || validate) freeze(codec, value);
  return { value, validator: frame.validator, bytes: payload.length };
}

/** Nearly every one: there is nothing to undo, and what is read from the bytes is frozen and keeps nothing of them. */
function openCompact(engine: Engine, { bytes, payloadAt, validator }: StoredFrame): Opened | undefined {
  try {
    return { value: readCompact(bytes, payloadAt), validator, bytes: bytes.length - payloadAt };
  } catch {
    return unreadable(engine, 'payload');
  }
}

/** What the codec has written; `undefined` where that cannot be told, which is counted. */
function unpackFrame(engine: Engine, call: Call, frame: StoredFrame, dataKey: Buffer | undefined): Buffer | undefined {
  const packed = decrypt(engine, call, frame, dataKey);
  if (typeof packed === 'string') return unreadable(engine, packed);
  const unpacked = unpackPayload(packed, frame.compression, engine.maxEntryBytes);
  if (!unpacked) return unreadable(engine, 'compression');
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
export function unreadable(engine: Engine, reason: FrameFault): undefined {
  engine.unreadableFrames += 1;
  engine.events.emit('frame:unreadable', { reason });
}

function freeze(codec: Codec<unknown>, value: unknown): void {
  if (isOwn(codec)) deepFreeze(value);
}
