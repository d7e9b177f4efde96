import { types } from 'node:util';
import { valueError } from '../errors.ts';
import { isPlain, isView, viewOf } from './object-kinds.ts';

/**
 * What JSON cannot hold, written as `{"$": [type, data]}`. A plain object that has a key `$` of its own is written as
 * `{"$": ["object", {…}]}`, so a value is never taken for what it is not.
 */
const MARK = '$';

export const MAX_DEPTH = 1000;

/**
 * Walks `value` once: whether it needs the typed form, or plain JSON gives it back as it was.
 *
 * @throws CacheInputError `ERR_CACHE_VALUE` with the path of the first part that neither form can hold.
 */
export function needsTypes(value: unknown): boolean {
  return inspect(value, { ancestors: [], names: [] });
}

/** Where the walk stands: the objects around the present one, and the names that led there. */
interface Walk {
  readonly ancestors: object[];
  readonly names: (string | number)[];
}

function inspect(value: unknown, walk: Walk): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return false;
    case 'number':
      return !Number.isFinite(value) || Object.is(value, -0);
    case 'bigint':
    case 'undefined':
      return true;
    case 'object':
      return value !== null && inspectObject(value, walk);
    default:
      throw valueError(pathOf(walk), `a ${typeof value}`);
  }
}

function inspectObject(value: object, walk: Walk): boolean {
  if (types.isDate(value) || isView(value)) return true;
  if (walk.ancestors.includes(value)) throw valueError(pathOf(walk), 'a circular reference');
  if (walk.ancestors.length >= MAX_DEPTH) throw valueError('value', `nested deeper than ${MAX_DEPTH} levels`);
  walk.ancestors.push(value);
  const typed = inspectChildren(value, walk);
  walk.ancestors.pop();
  return typed;
}

function inspectChildren(value: object, walk: Walk): boolean {
  if (types.isMap(value) || types.isSet(value)) {
    inspectItems(types.isMap(value) ? [...value.keys(), ...value.values()] : [...value], walk);
    return true;
  }
  if (Array.isArray(value)) return inspectItems(value, walk);
  if (!isPlain(value)) throw valueError(pathOf(walk), `an instance of ${value.constructor?.name || 'a class'}`);
  let typed = false;
  for (const key of Object.keys(value)) {
    walk.names.push(key);
    if (inspect((value as Record<string, unknown>)[key], walk)) typed = true;
    walk.names.pop();
  }
  return typed;
}

/** By index: a hole in an array is `undefined` then, where JSON would make it null. */
function inspectItems(items: readonly unknown[], walk: Walk): boolean {
  let typed = false;
  for (let index = 0; index < items.length; index += 1) {
    walk.names.push(index);
    if (inspect(items[index], walk)) typed = true;
    walk.names.pop();
  }
  return typed;
}

function pathOf({ names }: Walk): string {
  return `value${names.map((name) => (typeof name === 'number' ? `[${name}]` : `.${name}`)).join('')}`;
}

/** The typed form of a value that {@link needsTypes} has let through: ready for `JSON.stringify`. */
export function toTyped(value: unknown): unknown {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : mark('number', Object.is(value, -0) ? '-0' : String(value));
    case 'bigint':
      return mark('bigint', value.toString());
    case 'undefined':
      return mark('undefined', null);
    case 'object':
      return value === null ? null : toTypedObject(value);
    default:
      return value;
  }
}

function toTypedObject(value: object): unknown {
  if (Array.isArray(value)) return Array.from(value, toTyped);
  if (types.isDate(value)) return mark('date', value.getTime());
  if (types.isMap(value))
    return mark(
      'map',
      Array.from(value, ([key, item]) => [toTyped(key), toTyped(item)]),
    );
  if (types.isSet(value)) return mark('set', Array.from(value, toTyped));
  if (isView(value)) {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    return mark(Buffer.isBuffer(value) ? 'Buffer' : value.constructor.name, bytes.toString('base64'));
  }
  const typed = Object.fromEntries(Object.entries(value).map(([key, child]) => [key, toTyped(child)]));
  return Object.hasOwn(value, MARK) ? mark('object', typed) : typed;
}

function mark(type: string, data: unknown): unknown {
  return { [MARK]: [type, data] };
}

/**
 * Gives a parsed typed form its types back, in place.
 *
 * @throws whatever a malformed form leads to: the caller takes any error as "unreadable".
 */
export function fromTyped(node: unknown): unknown {
  if (node === null || typeof node !== 'object') return node;
  if (Array.isArray(node)) {
    for (const [index, item] of node.entries()) node[index] = fromTyped(item);
    return node;
  }
  return Object.hasOwn(node, MARK) ? unmark((node as Record<string, unknown>)[MARK]) : fromTypedProperties(node);
}

function fromTypedProperties(node: object): object {
  for (const [key, child] of Object.entries(node)) {
    const value = fromTyped(child);
    // Defined, not assigned: assigning to `__proto__` would set the prototype.
    if (value !== child) {
      Object.defineProperty(node, key, { value, writable: true, enumerable: true, configurable: true });
    }
  }
  return node;
}

function unmark(marked: unknown): unknown {
  const [type, data] = marked as [string, never];
  switch (type) {
    case 'number':
      return Number(data);
    case 'bigint':
      return BigInt(data);
    case 'undefined':
      return undefined;
    case 'date':
      return new Date(data ?? Number.NaN);
    case 'map':
      return new Map(fromTyped(data) as [unknown, unknown][]);
    case 'set':
      return new Set(fromTyped(data) as unknown[]);
    case 'object':
      return fromTypedProperties(data);
    case 'Buffer':
      return Buffer.from(data, 'base64');
    default:
      return viewOf(type, Buffer.from(data, 'base64'));
  }
}
