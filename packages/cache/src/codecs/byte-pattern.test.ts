import fc from 'fast-check';
import { expect, it } from 'vitest';
import { liesAt, patternOf } from './byte-pattern.ts';

const bytes = fc.uint8Array({ maxLength: 40 });

it('a pattern lies where the same bytes lie', () => {
  fc.assert(
    fc.property(bytes, bytes, bytes, (before, pattern, behind) => {
      const all = Buffer.concat([before, pattern, behind]);
      const view = new DataView(all.buffer, all.byteOffset, all.length);
      expect(liesAt(patternOf(pattern), view, before.length)).toBe(true);
    }),
  );
});

it('a pattern does not lie where any one of its bytes is another', () => {
  const pattern = patternOf(Buffer.from('timeopenhighlow'));
  for (let index = 0; index < pattern.length; index += 1) {
    const other = Buffer.from('timeopenhighlow');
    other.writeUInt8(other.readUInt8(index) ^ 1, index);
    expect(liesAt(pattern, new DataView(other.buffer, other.byteOffset, other.length), 0)).toBe(false);
  }
});
