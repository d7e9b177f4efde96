import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deepFreeze } from './deep-freeze.ts';
import { jsonCodec } from './json-codec.ts';

const roundTrip = (value: unknown) => jsonCodec.decode(jsonCodec.encode(value));

const leaf = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.double(),
  fc.boolean(),
  fc.constantFrom(null, undefined, -0, Number.NaN, Number.POSITIVE_INFINITY),
  fc.bigInt(),
  fc.date({ noInvalidDate: false }),
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  fc.float64Array(),
  fc.uint16Array(),
);
const key = fc.oneof(fc.string(), fc.constantFrom('$', '__proto__', 'constructor', 'toString'));
const tree = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 }).map((pairs) => new Map(pairs)),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => new Set(items)),
  ),
})).value;

describe('the JSON codec', () => {
  it('gives every value back as it was', () => {
    fc.assert(
      fc.property(tree, (value) => {
        // vitest's own equality does not look into keys of Maps inside Sets.
        expect(isDeepStrictEqual(roundTrip(value), value)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('writes plain JSON where that is enough', () => {
    const value = { $: ['date', 0], list: [1, 'a', null, true] };
    expect(jsonCodec.encode(value).toString()).toBe(`p${JSON.stringify(value)}`);
  });

  it('does not take a plain value for a typed one', () => {
    const value = { $: ['date', 0], when: new Date(5), inner: { $: ['map', []] } };
    expect(roundTrip(value)).toStrictEqual(value);
  });

  it('keeps a hole in an array as undefined, and an invalid date invalid', () => {
    const sparse = [1];
    sparse[2] = 2;
    expect(roundTrip(sparse)).toStrictEqual([1, undefined, 2]);
    expect((roundTrip(new Date(Number.NaN)) as Date).getTime()).toBeNaN();
  });

  class Price {
    amount = 1;
  }
  const circular: { list: unknown[] } = { list: [] };
  circular.list.push({ back: circular });
  it.each([
    ['value.run', { run: () => 1 }, 'a function'],
    ['value[1]', [1, Symbol('s')], 'a symbol'],
    ['value.prices[0]', { prices: [new Price()] }, 'an instance of Price'],
    ['value.list[0].back', circular, 'a circular reference'],
    ['value', new URL('http://localhost'), 'an instance of URL'],
    ['value', new Error('no'), 'an instance of Error'],
    ['value.at[0]', { at: new Map([[new Price(), 1]]) }, 'an instance of Price'],
  ])('refuses, naming %s', (path, value, what) => {
    expect(() => jsonCodec.encode(value)).toThrow(
      expect.objectContaining({
        code: 'ERR_CACHE_VALUE',
        message: `${path} is ${what}, which a cache entry cannot hold.`,
      }),
    );
  });

  it('refuses a value nested beyond reason with its own error', () => {
    let value: unknown = 1;
    for (let depth = 0; depth < 5000; depth += 1) value = [value];
    expect(() => jsonCodec.encode(value)).toThrow(expect.objectContaining({ code: 'ERR_CACHE_VALUE' }));
  });

  it.each(['p', 't'])('sets no prototype, whatever is stored in form %s', (form) => {
    const bytes = Buffer.from(`${form}{"__proto__":{"isAdmin":{"$":["undefined",null]}},"a":{"__proto__":[1]}}`);
    const value = jsonCodec.decode(bytes) as { isAdmin?: unknown; a: object };
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.getPrototypeOf(value.a)).toBe(Object.prototype);
    expect(value.isAdmin).toBeUndefined();
    expect(({} as { isAdmin?: unknown }).isAdmin).toBeUndefined();
  });

  it.each([
    '',
    'x1',
    'p',
    'p{',
    't{"$":["eval","1"]}',
    't{"$":["map",5]}',
    't{"$":["bigint","x"]}',
    't{"$":["constructor",""]}',
    't{"$":["Float64Array","AAAA"]}',
    't{"$":null}',
  ])('throws for the malformed %j', (text) => {
    expect(() => jsonCodec.decode(Buffer.from(text))).toThrow();
  });
});

describe('deepFreeze', () => {
  it('freezes objects and arrays at every depth, also inside Map and Set, and leaves bytes alone', () => {
    const value = { list: [{ a: 1 }], map: new Map([['k', { b: 1 }]]), set: new Set([[1]]), bytes: Buffer.from('x') };
    deepFreeze(value);
    const inner = [value, value.list, value.list[0], value.map.get('k'), ...value.set];
    expect(inner.every(Object.isFrozen)).toBe(true);
    expect(Object.isFrozen(value.bytes)).toBe(false);
  });
});
