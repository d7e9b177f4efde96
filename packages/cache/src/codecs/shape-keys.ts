/** Far more than the shapes that the values of one process have; what is hostile is forgotten with the rest. */
const MAX_SHAPES = 1000;

/** By the keys in one piece. Kept across values: a key that has been one before is looked up faster than a new text. */
const known = new Map<string, readonly string[]>();

/** A shape as it lay in a value whose characters have a byte each. */
interface SeenShape {
  readonly keys: readonly string[];
  readonly characters: Uint8Array;
}

/** What values that come together begin with is mostly the same, and its bytes are compared faster than its text is looked up. */
let seen: SeenShape | undefined;
/** Seen once: two that took turns would be made ready to be compared each time, for nothing. */
let seenOnce: readonly string[] | undefined;

/** For {@link seenShape}: the keys of a shape that a value began with. */
export function rememberShape(keys: readonly string[]): void {
  if (keys === seenOnce) seen = { keys, characters: Buffer.from(keys.join(''), 'latin1') };
  seenOnce = keys;
}

/** What was remembered, if it lies here, too: the lengths of `count` keys from `lengthsAt`, the characters between `from` and `end`. */
export function seenShape(
  view: DataView,
  lengthsAt: number,
  count: number,
  from: number,
  end: number,
): SeenShape | undefined {
  if (!seen || from + seen.characters.length > end || !haveLengths(seen.keys, view, lengthsAt, count)) return undefined;
  const { characters } = seen;
  for (let index = 0; index < characters.length; index += 1) {
    if (view.getUint8(from + index) !== characters[index]) return undefined;
  }
  return seen;
}

/** The keys of a shape, out of their characters and the length of each, a byte each from `at` on. */
export function keysOfShape(text: string, view: DataView, at: number, count: number): readonly string[] {
  const keys = known.get(text);
  if (keys && haveLengths(keys, view, at, count)) return keys;
  const split = splitKeys(text, view, at, count);
  if (known.size >= MAX_SHAPES) known.clear();
  known.set(split.join(''), split);
  return split;
}

function haveLengths(keys: readonly string[], view: DataView, at: number, count: number): boolean {
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
export function addShape(to: { shapes: (readonly string[])[] }, keys: readonly string[]): void {
  if (to.shapes.length === 0) to.shapes = [keys];
  else to.shapes.push(keys);
}
