import { BYTE_TYPES, HEAD_BYTES, PART, TEXT } from './compact-format.ts';
import { textOf } from './compact-text.ts';
import { addShape, keysOfShape, rememberShape, seenShape } from './shape-keys.ts';
import { MAX_DEPTH, viewOf } from './typed-json.ts';

/** Where one value is read. */
interface Reader {
  /** Of all the memory that the bytes are a piece of. */
  readonly view: DataView;
  /** In the view, as where the parts end. */
  at: number;
  readonly partsEnd: number;
  readonly text: string;
  textAt: number;
  /** In the view, where the characters have a byte each; -1 where they may have more. */
  readonly asciiStart: number;
  shapes: (readonly string[])[];
  depth: number;
}

/**
 * The value, its plain objects and arrays frozen.
 *
 * @throws for what {@link writeCompact} has not written: the caller takes any error as "unreadable". Nothing is allocated for
 * a count that the bytes do not bear out.
 */
export function readCompact(bytes: Buffer): unknown {
  const textStart = HEAD_BYTES + bytes.readUInt32LE(1);
  const text = textStart > bytes.length ? undefined : textOf(bytes, textStart);
  if (text === undefined) throw malformed();
  const reader: Reader = {
    view: viewOn(bytes.buffer),
    at: bytes.byteOffset + HEAD_BYTES,
    partsEnd: bytes.byteOffset + textStart,
    text,
    textAt: 0,
    asciiStart: bytes[0] === TEXT.ASCII ? bytes.byteOffset + textStart : -1,
    shapes: [],
    depth: 0,
  };
  const value = readValue(reader);
  // What was read from behind the parts has left it there, too: nothing ever goes back.
  if (reader.at !== reader.partsEnd || reader.textAt !== reader.text.length) throw malformed();
  return value;
}

/** The last one: values that came from Redis together lie in the same memory. */
let lastView: DataView = new DataView(new ArrayBuffer(0));

function viewOn(memory: ArrayBufferLike): DataView {
  if (lastView.buffer !== memory) lastView = new DataView(memory);
  return lastView;
}

function malformed(): Error {
  return new RangeError('These bytes are no compact value.');
}

function readByte(reader: Reader): number {
  if (reader.at >= reader.partsEnd) throw malformed();
  const byte = reader.view.getUint8(reader.at);
  reader.at += 1;
  return byte;
}

function readUint32(reader: Reader): number {
  const value = reader.view.getUint32(reader.at, true);
  reader.at += 4;
  return value;
}

function readValue(reader: Reader): unknown {
  const part = readByte(reader);
  if (part < PART.NULL) return part;
  if (part >= PART.SHORT_LIST) return readList(reader, part - PART.SHORT_LIST);
  if (part >= PART.SHORT_OBJECT) return readShaped(reader, part - PART.SHORT_OBJECT);
  if (part >= PART.SHORT_TEXT) return readText(reader, part - PART.SHORT_TEXT);
  return readLong(reader, part);
}

function readLong(reader: Reader, part: number): unknown {
  switch (part) {
    case PART.NULL:
      return null;
    case PART.FALSE:
      return false;
    case PART.TRUE:
      return true;
    case PART.UNDEFINED:
      return undefined;
    case PART.INT32: {
      const value = reader.view.getInt32(reader.at, true);
      reader.at += 4;
      return value;
    }
    case PART.FLOAT32: {
      const value = reader.view.getFloat32(reader.at, true);
      reader.at += 4;
      return value;
    }
    case PART.FLOAT64:
      return readFloat64(reader);
    case PART.TEXT:
      return readText(reader, readUint32(reader));
    case PART.LIST:
      return readList(reader, readUint32(reader));
    case PART.SHAPE:
      return readShaped(reader, readShape(reader));
    case PART.OBJECT:
      return readShaped(reader, readUint32(reader));
    default:
      return readRare(reader, part);
  }
}

function readRare(reader: Reader, part: number): unknown {
  switch (part) {
    case PART.BIGINT:
      return readBigInt(reader);
    case PART.DATE:
      return Object.freeze(new Date(readFloat64(reader)));
    case PART.DICTIONARY:
      return readDictionary(reader, readUint32(reader));
    case PART.MAP:
      return readMap(reader, readUint32(reader));
    case PART.SET:
      return new Set(readItems(reader, readUint32(reader)));
    case PART.BYTES:
      return readBytes(reader);
    default:
      throw malformed();
  }
}

function readFloat64(reader: Reader): number {
  const value = reader.view.getFloat64(reader.at, true);
  reader.at += 8;
  return value;
}

function readText(reader: Reader, length: number): string {
  const end = reader.textAt + length;
  if (end > reader.text.length) throw malformed();
  const text = reader.text.substring(reader.textAt, end);
  reader.textAt = end;
  return text;
}

function readBigInt(reader: Reader): bigint {
  const digits = readValue(reader);
  if (typeof digits !== 'string' || !/^-?[\da-f]+$/.test(digits)) throw malformed();
  return digits.startsWith('-') ? -BigInt(`0x${digits.slice(1)}`) : BigInt(`0x${digits}`);
}

function enter(reader: Reader): void {
  reader.depth += 1;
  if (reader.depth > MAX_DEPTH) throw malformed();
}

function readItems(reader: Reader, count: number): unknown[] {
  enter(reader);
  // Pushed, not made at once: the count may be a lie.
  const items: unknown[] = [];
  for (let index = 0; index < count; index += 1) items.push(readValue(reader));
  reader.depth -= 1;
  return items;
}

function readList(reader: Reader, count: number): readonly unknown[] {
  return Object.freeze(readItems(reader, count));
}

/** @returns the number of the shape. */
function readShape(reader: Reader): number {
  const count = readByte(reader);
  addShape(reader, seenKeys(reader, count) ?? readKeys(reader, count));
  return reader.shapes.length - 1;
}

/** Those of the shape that the last values began with, if this one begins with the same. */
function seenKeys(reader: Reader, count: number): readonly string[] | undefined {
  const { view, at, partsEnd, text, textAt, asciiStart, shapes } = reader;
  if (asciiStart < 0 || shapes.length > 0 || at + count > partsEnd) return undefined;
  const seen = seenShape(view, at, count, asciiStart + textAt, asciiStart + text.length);
  if (!seen) return undefined;
  reader.at += count;
  reader.textAt += seen.characters.length;
  return seen.keys;
}

function readKeys(reader: Reader, count: number): readonly string[] {
  const lengthsAt = reader.at;
  let length = 0;
  for (let index = 0; index < count; index += 1) length += readByte(reader);
  const keys = keysOfShape(readText(reader, length), reader.view, lengthsAt, count);
  if (reader.asciiStart >= 0 && reader.shapes.length === 0) rememberShape(keys);
  return keys;
}

function readShaped(reader: Reader, number: number): object {
  const keys = reader.shapes[number];
  if (!keys) throw malformed();
  enter(reader);
  const value: Record<string, unknown> = {};
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index] as string;
    if (key === '__proto__') define(value, key, readValue(reader));
    else value[key] = readValue(reader);
  }
  reader.depth -= 1;
  return Object.freeze(value);
}

function readDictionary(reader: Reader, count: number): object {
  enter(reader);
  const value: Record<string, unknown> = {};
  for (let index = 0; index < count; index += 1) {
    const key = readValue(reader);
    if (typeof key !== 'string') throw malformed();
    if (key === '__proto__') define(value, key, readValue(reader));
    else value[key] = readValue(reader);
  }
  reader.depth -= 1;
  return Object.freeze(value);
}

/** Assigned, `__proto__` would be the prototype. */
function define(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

function readMap(reader: Reader, count: number): ReadonlyMap<unknown, unknown> {
  enter(reader);
  const map = new Map<unknown, unknown>();
  for (let index = 0; index < count; index += 2) map.set(readValue(reader), readValue(reader));
  reader.depth -= 1;
  return map;
}

function readBytes(reader: Reader): object {
  const type = BYTE_TYPES[readByte(reader)];
  const length = readUint32(reader);
  const end = reader.at + length;
  if (type === undefined || end > reader.partsEnd) throw malformed();
  const bytes = Buffer.from(reader.view.buffer, reader.at, length);
  reader.at = end;
  // A copy either way: a view would keep all that came with it.
  return type === 'Buffer' ? Buffer.from(bytes) : viewOf(type, bytes);
}
