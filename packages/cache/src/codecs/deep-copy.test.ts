import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deepCopy } from './deep-copy.ts';
import { deepFreeze } from './deep-freeze.ts';

const anything = fc.anything({ withDate: true, withMap: true, withSet: true, withTypedArray: true, withBigInt: true });

describe('deepCopy', () => {
  it('is equal to the value, and shares no object with it', () => {
    fc.assert(
      fc.property(anything, (value) => {
        const copy = deepCopy(value);
        expect(isDeepStrictEqual(copy, value)).toBe(true);
        const own = new Set(objectsIn(value));
        expect(objectsIn(copy).some((object) => own.has(object))).toBe(false);
      }),
    );
  });

  it('can be written to where the value cannot', () => {
    const value = { list: [{ a: 1 }], map: new Map([['k', { b: 1 }]]), bytes: Buffer.from('x') };
    deepFreeze(value);
    const copy = deepCopy(value) as typeof value;
    copy.list.push({ a: 2 });
    (copy.map.get('k') as { b: number }).b = 2;
    copy.bytes[0] = 0;
    expect(value).toEqual({ list: [{ a: 1 }], map: new Map([['k', { b: 1 }]]), bytes: Buffer.from('x') });
    expect(Buffer.isBuffer(copy.bytes)).toBe(true);
  });

  it('takes no __proto__ for a prototype', () => {
    const copy = deepCopy(JSON.parse('{"__proto__":{"isAdmin":true},"a":1}')) as object;
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    expect(JSON.stringify(copy)).toBe('{"__proto__":{"isAdmin":true},"a":1}');
  });

  it('ends with a cycle, and leaves an instance of a class as it is', () => {
    const value = { url: new URL('http://localhost'), self: undefined as unknown };
    value.self = value;
    const copy = deepCopy(value) as typeof value;
    expect(copy).not.toBe(value);
    expect(copy.self).toBe(copy);
    expect(copy.url).toBe(value.url);
  });
});

function objectsIn(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return [];
  if (value instanceof Map) return [value, ...[...value].flat().flatMap(objectsIn)];
  if (value instanceof Set) return [value, ...[...value].flatMap(objectsIn)];
  return ArrayBuffer.isView(value) ? [value] : [value, ...Object.values(value).flatMap(objectsIn)];
}
