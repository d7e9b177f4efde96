import { type BytePattern, liesAt, patternOf } from './byte-pattern.ts';
import { type MakeShaped, makerOf } from './shape-maker.ts';

/** Far more than the shapes that the values of one process have; what is hostile is forgotten with the rest. */
const MAX_SHAPES = 1000;

/** The keys of objects that are alike. */
export interface Shape {
  readonly keys: readonly string[];
  /** Has all of the keys: a copy has room for what an object that grows key by key takes in three steps. */
  readonly blank: Readonly<Record<string, unknown>>;
  /** How many objects {@link makeShaped} has filled key by key. */
  filled: number;
  /** Where it is read often, and there may be code of its keys. */
  make: MakeShaped | undefined;
}

/** A shape that is read less often is not worth its code. */
const FILLED_BEFORE_CODE = 500;

/** By the keys in one piece. Kept across values: a key that has been one before is looked up faster than a new text. */
const known = new Map<string, Shape>();

/** A shape as it lay in a value whose characters have a byte each. */
interface SeenShape {
  readonly shape: Shape;
  readonly lengths: BytePattern;
  readonly characters: BytePattern;
}

/** What values that come together begin with is mostly the same, and its bytes are compared faster than its text is looked up. */
let seen: SeenShape | undefined;
/** Seen once: two that took turns would be made ready to be compared each time, for nothing. */
let seenOnce: Shape | undefined;

/** For {@link seenShape}: what a value began with. */
export function rememberShape(shape: Shape): void {
  const { keys } = shape;
  if (shape === seenOnce) {
    const lengths = patternOf(Uint8Array.from(keys, ({ length }) => length));
    seen = { shape, lengths, characters: patternOf(Buffer.from(keys.join(''), 'latin1')) };
  }
  seenOnce = shape;
}

/** What was remembered, if it lies here, too: the lengths of `count` keys from `lengthsAt`, the characters between `from` and `end`. */
export function seenShape(
  view: DataView,
  lengthsAt: number,
  count: number,
  from: number,
  end: number,
): SeenShape | undefined {
  if (!seen || seen.lengths.length !== count || from + seen.characters.length > end) return undefined;
  return liesAt(seen.lengths, view, lengthsAt) && liesAt(seen.characters, view, from) ? seen : undefined;
}

/** The shape, out of the characters of its keys and the length of each, a byte each from `at` on. */
export function shapeOf(text: string, view: DataView, at: number, count: number): Shape {
  const shape = known.get(text);
  if (shape && haveLengths(shape, view, at, count)) return shape;
  const keys = splitKeys(text, view, at, count);
  const made: Shape = { keys, blank: blankOf(keys), filled: 0, make: undefined };
  if (known.size >= MAX_SHAPES) known.clear();
  known.set(keys.join(''), made);
  return made;
}

/** An object of the shape: each of its keys, in order, with what `next` gives. */
export function makeShaped(shape: Shape, next: () => unknown): object {
  if (shape.make !== undefined) return shape.make(next);
  shape.filled += 1;
  if (shape.filled === FILLED_BEFORE_CODE) shape.make = makerOf(shape.keys);
  const value: Record<string, unknown> = { ...shape.blank };
  for (const key of shape.keys) value[key] = next();
  return value;
}

function blankOf(keys: readonly string[]): Shape['blank'] {
  const blank = {};
  for (const key of keys) {
    // Assigned, `__proto__` would be the prototype; in a copy it is a key like all others.
    Object.defineProperty(blank, key, { value: undefined, writable: true, enumerable: true, configurable: true });
  }
  return blank;
}

function haveLengths({ keys }: Shape, view: DataView, at: number, count: number): boolean {
  if (keys.length !== count) return false;
  for (let index = 0; index < count; index += 1) {
    if ((keys[index] as string).length !== view.getUint8(at + index)) return false;
  }
  return true;
}

function splitKeys(text: string, view: DataView, at: number, count: number): readonly string[] {
  const keys: string[] = [];
  let start = 0;
  for (let index = 0; index < count; index += 1) {
    const end = start + view.getUint8(at + index);
    // A copy: a part of the text would keep the whole value that it came with.
    keys.push(Buffer.from(text.slice(start, end), 'utf16le').toString('utf16le'));
    start = end;
  }
  return keys;
}

/** An array that was pushed to has room for sixteen more, and most values have one shape. */
export function addShape<Added>(to: { shapes: Added[] }, shape: Added): void {
  if (to.shapes.length === 0) to.shapes = [shape];
  else to.shapes.push(shape);
}
