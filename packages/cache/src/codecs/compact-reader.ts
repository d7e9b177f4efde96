import { begin, cursor, isAllRead, malformed, readByte, readFloat64, readText, readUint32 } from './compact-cursor.ts';
import { BYTE_TYPES, PART } from './compact-format.ts';
import { viewOf } from './object-kinds.ts';
import { addShape, makeShaped, rememberShape, type Shape, seenShape, shapeOf } from './shape-keys.ts';
import { MAX_DEPTH } from './typed-json.ts';

/**
 * The value, its plain objects and arrays frozen.
 *
 * @param start where it begins in `bytes`; it ends with them.
 * @throws for what {@link writeCompact} has not written: the caller takes any error as "unreadable". Nothing is allocated for
 * a count that the bytes do not bear out.
 */
export function readCompact(bytes: Buffer, start = 0): unknown {
  begin(bytes, start);
  const value = readValue();
  if (!isAllRead()) throw malformed();
  return value;
}

function readValue(): unknown {
  const part = readByte();
  if (part < PART.NULL) return part;
  if (part >= PART.SHORT_LIST) return readList(part - PART.SHORT_LIST);
  if (part >= PART.SHORT_OBJECT) return readShaped(part - PART.SHORT_OBJECT);
  if (part >= PART.SHORT_TEXT) return readText(part - PART.SHORT_TEXT);
  return readLong(part);
}

function readLong(part: number): unknown {
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
      const value = cursor.view.getInt32(cursor.at, true);
      cursor.at += 4;
      return value;
    }
    case PART.FLOAT32: {
      const value = cursor.view.getFloat32(cursor.at, true);
      cursor.at += 4;
      return value;
    }
    case PART.FLOAT64:
      return readFloat64();
    case PART.TEXT:
      return readText(readUint32());
    case PART.LIST:
      return readList(readUint32());
    case PART.SHAPE:
      return readShaped(readShape());
    case PART.OBJECT:
      return readShaped(readUint32());
    default:
      return readRare(part);
  }
}

function readRare(part: number): unknown {
  switch (part) {
    case PART.BIGINT:
      return readBigInt();
    case PART.DATE:
      return Object.freeze(new Date(readFloat64()));
    case PART.DICTIONARY:
      return readDictionary(readUint32());
    case PART.MAP:
      return readMap(readUint32());
    case PART.SET:
      return new Set(readItems(readUint32()));
    case PART.BYTES:
      return readBytes();
    default:
      throw malformed();
  }
}

function readBigInt(): bigint {
  const digits = readValue();
  if (typeof digits !== 'string' || !/^-?[\da-f]+$/.test(digits)) throw malformed();
  return digits.startsWith('-') ? -BigInt(`0x${digits.slice(1)}`) : BigInt(`0x${digits}`);
}

function enter(): void {
  cursor.depth += 1;
  if (cursor.depth > MAX_DEPTH) throw malformed();
}

function readItems(count: number): unknown[] {
  enter();
  // Pushed, not made at once: the count may be a lie.
  const items: unknown[] = [];
  for (let index = 0; index < count; index += 1) items.push(readValue());
  cursor.depth -= 1;
  return items;
}

function readList(count: number): readonly unknown[] {
  return Object.freeze(readItems(count));
}

/** @returns the number of the shape. */
function readShape(): number {
  const count = readByte();
  addShape(cursor, readSeenShape(count) ?? readNewShape(count));
  return cursor.shapes.length - 1;
}

/** That which the last values began with, if this one begins with the same. */
function readSeenShape(count: number): Shape | undefined {
  const { bytes, view, at, partsEnd, charactersAt, isAscii, text } = cursor;
  if (!isAscii || text !== undefined || at + count > partsEnd) return undefined;
  const seen = seenShape(view, at, count, charactersAt, bytes.length);
  if (!seen) return undefined;
  cursor.at += count;
  cursor.charactersAt += seen.characters.length;
  return seen.shape;
}

function readNewShape(count: number): Shape {
  const lengthsAt = cursor.at;
  let length = 0;
  for (let index = 0; index < count; index += 1) length += readByte();
  const shape = shapeOf(readText(length), cursor.view, lengthsAt, count);
  if (cursor.isAscii && cursor.shapes.length === 0) rememberShape(shape);
  return shape;
}

function readShaped(number: number): object {
  const shape = cursor.shapes[number];
  if (!shape) throw malformed();
  enter();
  const value = makeShaped(shape, readValue);
  cursor.depth -= 1;
  return Object.freeze(value);
}

function readDictionary(count: number): object {
  enter();
  const value: Record<string, unknown> = {};
  for (let index = 0; index < count; index += 1) {
    const key = readValue();
    if (typeof key !== 'string') throw malformed();
    if (key === '__proto__') define(value, key, readValue());
    else value[key] = readValue();
  }
  cursor.depth -= 1;
  return Object.freeze(value);
}

/** Assigned, `__proto__` would be the prototype. */
function define(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

function readMap(count: number): ReadonlyMap<unknown, unknown> {
  enter();
  const map = new Map<unknown, unknown>();
  for (let index = 0; index < count; index += 2) map.set(readValue(), readValue());
  cursor.depth -= 1;
  return map;
}

function readBytes(): object {
  const type = BYTE_TYPES[readByte()];
  const length = readUint32();
  const end = cursor.at + length;
  if (type === undefined || end > cursor.partsEnd) throw malformed();
  const bytes = cursor.bytes.subarray(cursor.at, end);
  cursor.at = end;
  // A copy either way: a view would keep all that came with it.
  return type === 'Buffer' ? Buffer.from(bytes) : viewOf(type, bytes);
}
