import { HEAD_BYTES, TEXT } from './compact-format.ts';
import { textOf } from './compact-text.ts';
import { viewToRead } from './read-view.ts';
import type { Shape } from './shape-keys.ts';

/** Taken from each text, it is looked up by a call each time, as its length is. */
const { substring } = String.prototype;

const NO_SHAPES: Shape[] = [];
Object.freeze(NO_SHAPES);

/** Where a value is read. */
interface Cursor {
  bytes: Buffer;
  /** Of them; it may go on behind their end, see {@link viewToRead}. */
  view: DataView;
  /** As the next two, where in the bytes: where the parts end, and where the characters begin of which no text is made yet. */
  at: number;
  partsEnd: number;
  charactersAt: number;
  isAscii: boolean;
  /** Made when one is wanted: the keys of a shape that was seen before are not. */
  text: string | undefined;
  textAt: number;
  textEnd: number;
  shapes: Shape[];
  depth: number;
}

/** One for all values, which are read one at a time: every hit in Redis would pay for its own. */
export const cursor: Cursor = {
  bytes: Buffer.alloc(0),
  view: new DataView(new ArrayBuffer(0)),
  at: 0,
  partsEnd: 0,
  charactersAt: 0,
  isAscii: true,
  text: undefined,
  textAt: 0,
  textEnd: 0,
  shapes: NO_SHAPES,
  depth: 0,
};

export function begin(bytes: Buffer, start: number): void {
  const textStart = start + HEAD_BYTES + bytes.readUInt32LE(start + 1);
  if (textStart > bytes.length) throw malformed();
  cursor.bytes = bytes;
  cursor.view = viewToRead(bytes);
  cursor.at = start + HEAD_BYTES;
  cursor.partsEnd = textStart;
  cursor.charactersAt = cursor.partsEnd;
  cursor.isAscii = bytes[start] === TEXT.ASCII;
  cursor.text = undefined;
  cursor.textAt = 0;
  cursor.textEnd = 0;
  if (!cursor.isAscii) setText(textOf(bytes, textStart, bytes[start]));
  cursor.shapes = NO_SHAPES;
  cursor.depth = 0;
}

/** Whether all of it was read. What was read from behind the parts has left the cursor there: nothing ever goes back. */
export function isAllRead(): boolean {
  const { bytes, at, partsEnd, charactersAt, text, textAt, textEnd } = cursor;
  return at === partsEnd && (text === undefined ? charactersAt === bytes.length : textAt === textEnd);
}

export function malformed(): Error {
  return new RangeError('These bytes are no compact value.');
}

export function readByte(): number {
  if (cursor.at >= cursor.partsEnd) throw malformed();
  const byte = cursor.view.getUint8(cursor.at);
  cursor.at += 1;
  return byte;
}

export function readUint32(): number {
  const value = cursor.view.getUint32(cursor.at, true);
  cursor.at += 4;
  return value;
}

export function readFloat64(): number {
  const value = cursor.view.getFloat64(cursor.at, true);
  cursor.at += 8;
  return value;
}

export function readText(length: number): string {
  const text = cursor.text ?? makeText();
  const start = cursor.textAt;
  cursor.textAt = start + length;
  if (cursor.textAt > cursor.textEnd) throw malformed();
  return substring.call(text, start, cursor.textAt);
}

function makeText(): string {
  const { bytes, charactersAt } = cursor;
  return setText(bytes.toString('latin1', charactersAt));
}

function setText(text: string | undefined): string {
  if (text === undefined) throw malformed();
  cursor.text = text;
  cursor.textEnd = text.length;
  return text;
}
