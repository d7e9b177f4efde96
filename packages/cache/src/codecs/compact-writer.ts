import { types } from 'node:util';
import { valueError } from '../errors.ts';
import { isWellFormed } from '../input.ts';
import { BYTE_TYPES, HEAD_BYTES, MAX_SHAPE_KEY, MAX_SHAPE_KEYS, PART, SHORT, TEXT } from './compact-format.ts';
import { isPlain, isView, type View } from './object-kinds.ts';
import { addShape } from './shape-keys.ts';
import { MAX_DEPTH, needsTypes } from './typed-json.ts';

/** Where one value is written. */
interface Writer {
  bytes: Buffer;
  at: number;
  text: string;
  shapes: (readonly string[])[];
  depth: number;
  readonly root: unknown;
}

/** The largest buffer that is kept for the next value. */
const MAX_KEPT_BYTES = 1024 ** 2;
/** No part but bytes is longer without asking for room of its own. */
const PART_BYTES = 16;
/** How far back an object looks for one with its keys. */
const SHAPES_COMPARED = 16;

// Taken while a value is written: a getter in it may write another.
let kept: Buffer | undefined;

/** @throws CacheInputError `ERR_CACHE_VALUE` with the path of the first part that cannot be written. */
export function writeCompact(value: unknown): Buffer {
  const bytes = kept ?? Buffer.allocUnsafe(4096);
  kept = undefined;
  const writer: Writer = { bytes, at: HEAD_BYTES, text: '', shapes: [], depth: 0, root: value };
  try {
    writeValue(writer, value);
    return finish(writer);
  } finally {
    if (writer.bytes.length <= MAX_KEPT_BYTES) kept = writer.bytes;
  }
}

function finish(writer: Writer): Buffer {
  const { text } = writer;
  const partsEnd = writer.at;
  makeRoom(writer, text.length * 3);
  const { bytes } = writer;
  let written = bytes.write(text, partsEnd, 'utf8');
  let form: number = written === text.length ? TEXT.ASCII : TEXT.UTF8;
  if (form === TEXT.UTF8 && !isWellFormed(text)) {
    form = TEXT.UTF16;
    written = bytes.write(text, partsEnd, 'utf16le');
  }
  bytes[0] = form;
  bytes.writeUInt32LE(partsEnd - HEAD_BYTES, 1);
  const end = partsEnd + written;
  const copy = Buffer.allocUnsafe(end);
  bytes.copy(copy, 0, 0, end);
  return copy;
}

function makeRoom(writer: Writer, more: number): void {
  const needed = writer.at + more + PART_BYTES;
  if (needed <= writer.bytes.length) return;
  const larger = Buffer.allocUnsafe(needed * 2);
  writer.bytes.copy(larger, 0, 0, writer.at);
  writer.bytes = larger;
}

function writeByte(writer: Writer, byte: number): void {
  writer.bytes[writer.at] = byte;
  writer.at += 1;
}

function writeValue(writer: Writer, value: unknown): void {
  if (writer.at + PART_BYTES > writer.bytes.length) makeRoom(writer, writer.at);
  switch (typeof value) {
    case 'string':
      writeText(writer, value);
      break;
    case 'number':
      writeNumber(writer, value);
      break;
    case 'boolean':
      writeByte(writer, value ? PART.TRUE : PART.FALSE);
      break;
    case 'object':
      if (value === null) writeByte(writer, PART.NULL);
      else writeObject(writer, value);
      break;
    case 'undefined':
      writeByte(writer, PART.UNDEFINED);
      break;
    case 'bigint':
      writeByte(writer, PART.BIGINT);
      writeText(writer, value.toString(16));
      break;
    default:
      refuse(writer);
  }
}

function writeCount(writer: Writer, count: number, short: number, long: number): void {
  if (count < SHORT) writeByte(writer, short + count);
  else {
    writeByte(writer, long);
    writer.at = writer.bytes.writeUInt32LE(count, writer.at);
  }
}

function writeText(writer: Writer, text: string): void {
  writeCount(writer, text.length, PART.SHORT_TEXT, PART.TEXT);
  writer.text += text;
}

function writeNumber(writer: Writer, value: number): void {
  if ((value | 0) === value && !Object.is(value, -0)) {
    if (value >= 0 && value < 0x80) writeByte(writer, value);
    else {
      writeByte(writer, PART.INT32);
      writer.at = writer.bytes.writeInt32LE(value, writer.at);
    }
  } else if (Math.fround(value) === value) {
    writeByte(writer, PART.FLOAT32);
    writer.at = writer.bytes.writeFloatLE(value, writer.at);
  } else {
    writeByte(writer, PART.FLOAT64);
    writer.at = writer.bytes.writeDoubleLE(value, writer.at);
  }
}

function writeObject(writer: Writer, value: object): void {
  writer.depth += 1;
  // A cycle is as deep as can be.
  if (writer.depth > MAX_DEPTH) refuse(writer);
  if (Array.isArray(value)) {
    writeCount(writer, value.length, PART.SHORT_LIST, PART.LIST);
    // By index: a hole is `undefined` then.
    for (let index = 0; index < value.length; index += 1) writeValue(writer, value[index]);
  } else if (Object.getPrototypeOf(value) === Object.prototype) writeProperties(writer, value);
  else writeOther(writer, value);
  writer.depth -= 1;
}

function writeOther(writer: Writer, value: object): void {
  if (types.isDate(value)) {
    writeByte(writer, PART.DATE);
    writer.at = writer.bytes.writeDoubleLE(value.getTime(), writer.at);
  } else if (isView(value)) writeView(writer, value);
  else if (types.isMap(value)) {
    writeItems(writer, PART.MAP, [...value].flat(1));
  } else if (types.isSet(value)) writeItems(writer, PART.SET, [...value]);
  else if (isPlain(value)) writeProperties(writer, value);
  else refuse(writer);
}

function writeItems(writer: Writer, part: number, items: readonly unknown[]): void {
  writeByte(writer, part);
  writer.at = writer.bytes.writeUInt32LE(items.length, writer.at);
  for (const item of items) writeValue(writer, item);
}

function writeView(writer: Writer, view: View): void {
  const name = Buffer.isBuffer(view) ? 'Buffer' : view.constructor.name;
  makeRoom(writer, view.byteLength);
  writeByte(writer, PART.BYTES);
  writeByte(writer, BYTE_TYPES.indexOf(name as (typeof BYTE_TYPES)[number]));
  writer.at = writer.bytes.writeUInt32LE(view.byteLength, writer.at);
  writer.bytes.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength), writer.at);
  writer.at += view.byteLength;
}

function writeProperties(writer: Writer, value: object): void {
  const keys = Object.keys(value);
  const shape = shapeOf(writer, keys);
  if (shape >= 0) writeCount(writer, shape, PART.SHORT_OBJECT, PART.OBJECT);
  else if (isShape(keys)) defineShape(writer, keys);
  else {
    writeDictionary(writer, value as Record<string, unknown>, keys);
    return;
  }
  for (let index = 0; index < keys.length; index += 1) {
    writeValue(writer, (value as Record<string, unknown>)[keys[index] as string]);
  }
}

/** The number of the shape with these keys, -1 where there is none. */
function shapeOf({ shapes }: Writer, keys: readonly string[]): number {
  const oldest = Math.max(0, shapes.length - SHAPES_COMPARED);
  for (let number = shapes.length - 1; number >= oldest; number -= 1) {
    if (areSame(shapes[number] as readonly string[], keys)) return number;
  }
  return -1;
}

function areSame(left: readonly string[], right: readonly string[]): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index += 1) if (left[index] !== right[index]) return false;
  return true;
}

function isShape(keys: readonly string[]): boolean {
  return keys.length <= MAX_SHAPE_KEYS && keys.every((key) => key.length <= MAX_SHAPE_KEY);
}

function defineShape(writer: Writer, keys: readonly string[]): void {
  makeRoom(writer, keys.length);
  addShape(writer, keys);
  writeByte(writer, PART.SHAPE);
  writeByte(writer, keys.length);
  for (const key of keys) {
    writeByte(writer, key.length);
    writer.text += key;
  }
}

function writeDictionary(writer: Writer, value: Readonly<Record<string, unknown>>, keys: readonly string[]): void {
  writeByte(writer, PART.DICTIONARY);
  writer.at = writer.bytes.writeUInt32LE(keys.length, writer.at);
  for (const key of keys) {
    makeRoom(writer, PART_BYTES);
    writeText(writer, key);
    writeValue(writer, value[key]);
  }
}

/** Finds the path of what cannot be written, which costs nothing where all can. */
function refuse({ root }: Writer): never {
  needsTypes(root);
  throw valueError('value', 'not the same when it is read twice');
}
