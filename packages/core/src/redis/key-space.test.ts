import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKeySpace, isPlain } from './key-space.ts';

const keys = createKeySpace('app');

describe('a key space', () => {
  it('puts version, namespace and kind before the slot, and the slot in a hash tag', () => {
    expect(keys.key('entry', 'price:AAPL')).toBe('bw:1:app:entry:{price:AAPL}');
    expect(keys.channel('bus')).toBe('bw:1:app:bus');
  });

  it('gives keys of one slot the same hash tag whatever their kind', () => {
    const hashTag = (key: string) => /\{(.*?)\}/.exec(key)?.[1];
    expect(hashTag(keys.key('entry', 'a'))).toBe(hashTag(keys.key('tombstone', 'a')));
  });

  it('never lets a name choose its hash tag, its namespace or its kind', () => {
    expect(keys.key('entry', 'a}{b')).toBe('bw:1:app:entry:{a%7D%7Bb}');
    expect(createKeySpace('a:b').key('x:y', 'c')).toBe('bw:1:a%3Ab:x%3Ay:{c}');
  });

  it('gives different keys for different parts, and the slot back', () => {
    const part = fc.string({ unit: 'binary-ascii', minLength: 1 });
    fc.assert(
      fc.property(part, part, part, part, (kind, slot, otherKind, otherSlot) => {
        const key = keys.key(kind, slot);
        expect(keys.slotOf(kind, key)).toBe(slot);
        const same = kind === otherKind && slot === otherSlot;
        expect(key === keys.key(otherKind, otherSlot)).toBe(same);
      }),
    );
  });

  it('leaves printable ASCII as it is, but for spaces, braces and percent signs, wherever in the slot', () => {
    for (let code = 0; code <= 0xffff; code += 1) {
      const character = String.fromCharCode(code);
      const isExpected = /[!-~]/.test(character) && !'{}%'.includes(character);
      for (const text of [character, `${character}a`, `a${character}`]) {
        if (isPlain(text) !== isExpected) expect.fail(`${JSON.stringify(text)} is plain: ${!isExpected}`);
      }
    }
  });

  it('takes a planted key for none of its own', () => {
    expect(keys.slotOf('entry', 'bw:1:app:entry:{%zz}')).toBeUndefined();
    expect(keys.slotOf('entry', 'bw:1:app:entry:{open')).toBeUndefined();
    expect(keys.slotOf('entry', 'bw:1:other:entry:{a}')).toBeUndefined();
  });

  it('escapes all of a pattern but its own wildcards', () => {
    expect(keys.pattern('entry', 'price:*')).toBe('bw:1:app:entry:{price:*}');
    expect(keys.pattern('entry', 'a[b]\\c^d?')).toBe('bw:1:app:entry:{a\\[b\\]\\\\c\\^d?}');
  });
});
