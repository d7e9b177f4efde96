/**
 * The compact form of a value: what it is made of, one byte or more each, then the characters of all its texts in one piece.
 *
 *     1  how the characters are encoded, see {@link TEXT}
 *     4  bytes of the parts
 *        the parts
 *        the characters, to the end
 *
 * A part begins with a byte: below 0x80 it is that number; otherwise {@link PART} says what it is, and a count of up to 31 stands
 * in the byte itself where its name has `SHORT`. Texts have their length here and their characters there, in order. Objects
 * with the same keys in the same order have the keys once: the first defines a shape (`SHAPE`: count of keys, length of each
 * key, values), the others name it by its number. All numbers of more than one byte are little-endian.
 */
export const PART = Object.freeze({
  NULL: 0x80,
  FALSE: 0x81,
  TRUE: 0x82,
  UNDEFINED: 0x83,
  INT32: 0x84,
  FLOAT32: 0x85,
  FLOAT64: 0x86,
  BIGINT: 0x87,
  TEXT: 0x88,
  LIST: 0x89,
  SHAPE: 0x8a,
  OBJECT: 0x8b,
  /** An object with keys that are no shape: too many, or too long. */
  DICTIONARY: 0x8c,
  DATE: 0x8d,
  MAP: 0x8e,
  SET: 0x8f,
  BYTES: 0x90,
  SHORT_TEXT: 0xa0,
  SHORT_OBJECT: 0xc0,
  SHORT_LIST: 0xe0,
} as const);

export const SHORT = 32;

/** ASCII, and what is not. UTF-16 for texts with half a surrogate pair, which UTF-8 has no way to write. */
export const TEXT = Object.freeze({ ASCII: 0, UTF8: 1, UTF16: 2 } as const);

export const HEAD_BYTES = 5;

/** An object with more keys is more likely a table by id than one of many alike. */
export const MAX_SHAPE_KEYS = 100;
export const MAX_SHAPE_KEY = 255;

/** What has bytes, by the number in the part. */
export const BYTE_TYPES = Object.freeze([
  'Buffer',
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
] as const);
