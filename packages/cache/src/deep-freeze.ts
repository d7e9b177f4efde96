import { types } from 'node:util';

/** Freezes plain objects and arrays all the way down. Buffers and typed arrays cannot be frozen; Map, Set and Date are left. */
export function deepFreeze(value: unknown): void {
  if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value)) return;
  if (Array.isArray(value)) {
    for (const item of value) deepFreeze(item);
  } else if (types.isMap(value)) {
    for (const [key, item] of value) {
      deepFreeze(key);
      deepFreeze(item);
    }
    return;
  } else if (types.isSet(value)) {
    for (const item of value) deepFreeze(item);
    return;
  } else if (!types.isDate(value)) {
    for (const key of Object.keys(value)) deepFreeze((value as Record<string, unknown>)[key]);
  }
  Object.freeze(value);
}
