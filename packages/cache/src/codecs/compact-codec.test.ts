import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compactCodec } from './compact-codec.ts';
import { PART, TEXT } from './compact-format.ts';

/** The bytes of parts and characters, as a writer would put them. */
function bytesOf(parts: readonly number[], text = '', form: number = TEXT.ASCII): Buffer {
  const head = Buffer.alloc(5);
  head[0] = form;
  head.writeUInt32LE(parts.length, 1);
  return Buffer.concat([head, Buffer.from(parts), Buffer.from(text)]);
}

const COUNT = [0xff, 0xff, 0xff, 0xff];

describe('the compact codec', () => {
  it('writes the keys of objects that are alike once', () => {
    const quote = (bid: number) => ({ identifier: 'X', bid });
    const one = compactCodec.encode([quote(1)]).length;
    expect(compactCodec.encode([quote(1), quote(2), quote(3)]).length - one).toBe(2 * 4);
  });

  it('freezes what it reads, at every depth, and leaves bytes, Map and Set as they are', () => {
    const value = { list: [{ a: 1 }], at: new Date(0), map: new Map([['k', { b: 1 }]]), bytes: Buffer.from('x') };
    const read = compactCodec.decode(compactCodec.encode(value)) as typeof value;
    expect([read, read.list, read.list[0], read.at, read.map.get('k')].every(Object.isFrozen)).toBe(true);
    expect([read.map, read.bytes].some(Object.isFrozen)).toBe(false);
  });

  it('keeps nothing of the bytes it has read', () => {
    const bytes = compactCodec.encode({ raw: Buffer.from('raw'), text: 'text', numbers: Float64Array.of(1) });
    const read = compactCodec.decode(bytes);
    bytes.fill(0);
    expect(read).toStrictEqual({ raw: Buffer.from('raw'), text: 'text', numbers: Float64Array.of(1) });
  });

  it('reads nothing of what lies beside its bytes in the same memory', () => {
    const cut = bytesOf([PART.SHORT_LIST + 2, 1]);
    const whole = Buffer.concat([bytesOf([PART.SHORT_LIST + 2, 1, 2]), cut, Buffer.from([2, 2, 2])]);
    expect(compactCodec.decode(whole.subarray(0, cut.length + 1))).toEqual([1, 2]);
    const behind = whole.subarray(cut.length + 1, 2 * cut.length + 1);
    expect(() => compactCodec.decode(behind)).toThrow();
  });

  it('sets no prototype, whatever is stored', () => {
    const shaped = bytesOf([PART.SHAPE, 1, 9, PART.SHAPE, 1, 7, PART.TRUE], '__proto__isAdmin');
    const dictionary = bytesOf([PART.DICTIONARY, 1, 0, 0, 0, PART.SHORT_TEXT + 9, PART.SHORT_LIST], '__proto__');
    for (const bytes of [shaped, dictionary]) {
      const value = compactCodec.decode(bytes) as { isAdmin?: unknown };
      expect(Object.keys(value)).toEqual(['__proto__']);
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
      expect(value.isAdmin).toBeUndefined();
    }
  });

  it('tells shapes with the same characters apart', () => {
    const value = [{ ab: 1, c: 2 }, { a: 1, bc: 2 }, { abc: 3 }, { ab: 1, c: 2 }];
    expect(compactCodec.decode(compactCodec.encode(value))).toStrictEqual(value);
    expect(compactCodec.decode(compactCodec.encode(value[1]))).toStrictEqual(value[1]);
  });

  it.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['a head without parts', bytesOf([])],
    ['an unknown encoding of characters', bytesOf([1], '', 9)],
    ['more parts than bytes', Buffer.from([0, ...COUNT, 1])],
    ['an unknown part', bytesOf([0x9f])],
    ['a second value', bytesOf([1, 1])],
    ['characters of nobody', bytesOf([1], 'abc')],
    ['a text that is longer than its characters', bytesOf([PART.SHORT_TEXT + 4], 'abc')],
    ['a list of four thousand million', bytesOf([PART.LIST, ...COUNT])],
    [
      'a list in which each claims four thousand million',
      bytesOf(
        Array(900)
          .fill([PART.LIST, ...COUNT])
          .flat(),
      ),
    ],
    ['a table of four thousand million', bytesOf([PART.DICTIONARY, ...COUNT])],
    ['a Map of four thousand million', bytesOf([PART.MAP, ...COUNT])],
    ['a Set of four thousand million', bytesOf([PART.SET, ...COUNT])],
    ['bytes of four gigabytes', bytesOf([PART.BYTES, 0, ...COUNT])],
    ['bytes of an unknown type', bytesOf([PART.BYTES, 99, 0, 0, 0, 0])],
    ['wide numbers in an odd count of bytes', bytesOf([PART.BYTES, 9, 3, 0, 0, 0, 1, 2, 3])],
    ['a number that is cut', bytesOf([PART.FLOAT64, 0, 0])],
    ['an integer of other characters', bytesOf([PART.BIGINT, PART.SHORT_TEXT + 2], 'xy')],
    ['an object of a shape that is not defined', bytesOf([PART.SHORT_OBJECT])],
    ['a shape that is longer than the parts', bytesOf([PART.SHAPE, 200, 1], 'a')],
    ['a key that is no text', bytesOf([PART.DICTIONARY, 1, 0, 0, 0, 1, 1])],
    ['nesting beyond reason', bytesOf(Array(5000).fill(PART.SHORT_LIST + 1))],
  ])('throws for %s', (_what, bytes) => {
    expect(() => compactCodec.decode(bytes)).toThrow();
  });

  it('reads shapes that differ in the characters of their keys, in their lengths or in their count, in any order', () => {
    const values = [
      { ab: 1, c: 2 },
      { ab: 1, d: 2 },
      { a: 1, bc: 2 },
      { abc: 1 },
      { ab: 1, c: 2, é: 3 },
      { ab: 'é', c: 2 },
    ];
    const encoded = values.map((value) => compactCodec.encode(value));
    const order = fc.array(fc.nat(values.length - 1), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(order, (indexes) => {
        for (const index of indexes) {
          const read = compactCodec.decode(encoded[index] as Buffer);
          expect(read).toEqual(values[index]);
          expect(Object.keys(read as object)).toEqual(Object.keys(values[index] as object));
        }
      }),
    );
  });

  it('reads a shape that has come often as the first time, whatever its keys and what its values hold', () => {
    const keys = fc.uniqueArray(fc.oneof(fc.constantFrom('a', 'b', 'get', '__proto__', '1', 'a b', 'é'), fc.string()));
    fc.assert(
      fc.property(keys, fc.array(fc.anything({ maxDepth: 1, withNullPrototype: false })), (names, given) => {
        const one = Object.fromEntries(names.map((name, index) => [name, given[index] ?? index]));
        const [first, ...others] = compactCodec.decode(compactCodec.encode(Array(1002).fill(one))) as object[];
        expect(first).toStrictEqual(one);
        for (const other of [others[0], others.at(-2), others.at(-1)]) {
          expect(other).toStrictEqual(first);
          expect(Object.keys(other as object)).toEqual(Object.keys(first as object));
          expect(Object.isFrozen(other)).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('throws, or reads what it could have written, whatever byte is altered; and throws wherever it is cut', () => {
    const list = [
      { a: 1.5, b: 'x' },
      { a: 2, b: 'ü' },
    ];
    const value = { list, at: new Date(5), map: new Map([[1n, new Set([null])]]), raw: Uint16Array.of(1, 2) };
    const bytes = compactCodec.encode(value);
    const read = (altered: Buffer): unknown => {
      try {
        return compactCodec.decode(altered);
      } catch {
        return 'refused';
      }
    };
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, byte) => {
        const altered = Buffer.from(bytes);
        altered[at] = byte;
        expect(compactCodec.encode(read(altered)).length).toBeGreaterThan(5);
      }),
      { numRuns: 2000 },
    );
    for (let length = 0; length < bytes.length; length += 1) expect(read(bytes.subarray(0, length))).toBe('refused');
  });
});
