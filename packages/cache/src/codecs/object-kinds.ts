import { types } from 'node:util';

/** The kinds of bytes that the cache's own codecs tell apart, a Buffer aside. */
const VIEWS = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
} as const;
export type View = InstanceType<(typeof VIEWS)[keyof typeof VIEWS]>;

/** Whether it is an instance of no class. */
export function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  // The second half lets in plain objects of another realm.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** A typed array that the codecs can name: a subclass has another constructor. */
export function isView(value: object): value is View {
  return types.isTypedArray(value) && (Buffer.isBuffer(value) || value.constructor.name in VIEWS);
}

/** The typed array of that name over a copy of the bytes. */
export function viewOf(type: string, bytes: Uint8Array): View {
  if (!Object.hasOwn(VIEWS, type)) throw new TypeError(`There is no typed form "${type}".`);
  // A copy of its own: a slice of Buffer's pool need not be aligned for wider elements.
  return new VIEWS[type as keyof typeof VIEWS](Uint8Array.from(bytes).buffer);
}
