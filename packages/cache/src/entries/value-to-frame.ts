import { packPayload } from '../codecs/compression.ts';
import { deepCopy } from '../codecs/deep-copy.ts';
import { freezeOwn, isOwn } from '../codecs/own-codecs.ts';
import type { Call, Engine } from '../engine.ts';
import { dataKeyOf, type Generation } from '../generations/generations.ts';
import type { Encoded } from './encoded.ts';
import { encodeFrame, type Frame, type Stamp } from './frame.ts';
import type { Lifetime } from './freshness.ts';

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
  freezeOwn(codec, kept);
  return { value: kept, validator, payload, bytes: length ?? payload.length };
}

/** Counts and tells of a value that is too large to be kept. @returns whether it is. */
export function refuseTooLarge({ events, maxEntryBytes }: Engine, call: Call, { bytes }: Encoded): boolean {
  if (bytes <= maxEntryBytes) return false;
  call.outcomes.tooLarge += 1;
  events.emit('value:refused', { policy: call.memoryPolicy.policy, bytes, maxBytes: maxEntryBytes });
  return true;
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

/**
 * Those of the last write: what is written in a row under the same tags stands on the same generations, as one array
 * (`write-generations.ts`). Its stamps are one array, too, and by that `frame.ts` knows that it has made their bytes already.
 */
let lastStamps: { readonly generations: readonly Generation[]; readonly stamps: readonly Stamp[] } | undefined;

function stampsOf(generations: readonly Generation[]): readonly Stamp[] {
  if (lastStamps?.generations === generations) return lastStamps.stamps;
  const stamps = generations.map(({ tag, id }) => ({ tag, generation: id }));
  lastStamps = { generations, stamps };
  return stamps;
}
