import { isDeepStrictEqual } from 'node:util';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OWN_CODECS, readerOf } from './own-codecs.ts';

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
const VIEWS = [
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
];
const alike = Array.from({ length: 60 }, (_, index) =>
  index % 3 === 0 ? { name: `${index}`, price: index / 7 } : { price: index, name: '', [`own ${index}`]: true },
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

class Price {
  amount = 1;
}
const circular: { list: unknown[] } = { list: [] };
circular.list.push({ back: circular });

describe.each(Object.values(OWN_CODECS))('the codec $name', (codec) => {
  const roundTrip = (value: unknown) => codec.decode(codec.encode(value));

  it('gives every value back as it was', () => {
    fc.assert(
      fc.property(tree, (value) => {
        // vitest's own equality does not look into keys of Maps inside Sets.
        expect(isDeepStrictEqual(roundTrip(value), value)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'größe 🦊 \ud800'],
    ['a long text', 'x'.repeat(100_000)],
    ['numbers', [0, -0, 1, 127, 128, -1, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 53, 0.1, 0.5, 5e-324, 1.7e308]],
    ['numbers that JSON has not', [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]],
    ['large integers', [0n, -1n, 2n ** 64n, -(2n ** 200n)]],
    ['members that are undefined', { a: undefined, b: [undefined] }],
    ['bytes of every type', VIEWS.map((View) => new View(8))],
    ['a Buffer and a Uint8Array', [Buffer.from('abc'), Uint8Array.of(1, 2)]],
    ['a key that is no name', JSON.parse('{"":1,"__proto__":{"a":1},"constructor":2,"1":3,"ü":4,"\\ud800":5}')],
    ['many keys', Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`key ${index}`, index]))],
    ['a long key', { ['k'.repeat(300)]: 1 }],
    ['many alike, and others between them', alike],
    ['objects without a key', [{}, {}, { a: {} }]],
    ['lists that are long', [Array.from({ length: 100 }, (_, index) => index), []]],
  ])('gives back %s', (_what, value) => {
    expect(isDeepStrictEqual(roundTrip(value), value)).toBe(true);
  });

  it('keeps a hole in an array as undefined, and an invalid date invalid', () => {
    const sparse = [1];
    sparse[2] = 2;
    expect(roundTrip(sparse)).toStrictEqual([1, undefined, 2]);
    expect((roundTrip(new Date(Number.NaN)) as Date).getTime()).toBeNaN();
  });

  it('gives plain objects for those of another realm or without a prototype', () => {
    const value = Object.assign(Object.create(null), { a: 1 });
    expect(roundTrip(value)).toStrictEqual({ a: 1 });
    expect(roundTrip(runInNewContext('({ a: [1] })'))).toStrictEqual({ a: [1] });
  });

  it.each([
    ['value.run', { run: () => 1 }, 'a function'],
    ['value[1]', [1, Symbol('s')], 'a symbol'],
    ['value.prices[0]', { prices: [new Price()] }, 'an instance of Price'],
    ['value.list[0].back', circular, 'a circular reference'],
    ['value', new URL('http://localhost'), 'an instance of URL'],
    ['value', new Error('no'), 'an instance of Error'],
    ['value.at[0]', { at: new Map([[new Price(), 1]]) }, 'an instance of Price'],
  ])('refuses, naming %s', (path, value, what) => {
    expect(() => codec.encode(value)).toThrow(
      expect.objectContaining({
        code: 'ERR_CACHE_VALUE',
        message: `${path} is ${what}, which a cache entry cannot hold. Store plain data in its place.`,
      }),
    );
  });

  it('refuses a value nested beyond reason with its own error, and holds one that is not', () => {
    const nested = (depth: number) => {
      let value: unknown = 1;
      for (let level = 0; level < depth; level += 1) value = [value];
      return value;
    };
    expect(() => codec.encode(nested(5000))).toThrow(expect.objectContaining({ code: 'ERR_CACHE_VALUE' }));
    expect(isDeepStrictEqual(roundTrip(nested(1000)), nested(1000))).toBe(true);
  });

  it('writes the next value as if the last had not been refused', () => {
    expect(() => codec.encode({ a: 'x', run: () => 1 })).toThrow();
    expect(roundTrip({ a: 'y' })).toStrictEqual({ a: 'y' });
  });

  it('writes a value in whose getter another is written', () => {
    const inner = { list: ['inner'] };
    const value = {
      before: 'before',
      get inner() {
        return roundTrip(inner);
      },
      after: 'after',
    };
    expect(roundTrip(value)).toStrictEqual({ before: 'before', inner, after: 'after' });
  });
});

describe('which codec reads a frame', () => {
  const raw = { name: 'raw', encode: () => Buffer.alloc(0), decode: () => 0 };
  const { compact, json } = OWN_CODECS;

  it.each([
    ['its own, whichever of them the policy writes', compact, 'json', json],
    ['its own, whichever of them the policy writes', json, 'compact', compact],
    ['the space’s', raw, 'raw', raw],
    ['none of the cache’s own in a space', raw, 'json', undefined],
    ['none for a name of nobody', json, 'constructor', undefined],
  ])('is %s', (_which, codec, name, reader) => {
    expect(readerOf(codec, name)).toBe(reader);
  });
});
