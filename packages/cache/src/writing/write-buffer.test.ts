import { describe, expect, it } from 'vitest';
import { keysOf, writeOf } from '../../test/buffered-write.ts';
import { countLeft, VALUE_BYTES, VALUES } from '../../test/count-left.ts';
import { createWriteBuffer } from './write-buffer.ts';

const createBuffer = (limits = {}) => createWriteBuffer({ maxEntries: 10, maxBytes: 100_000, ...limits });

describe('the write buffer', () => {
  it('has the last write of each key, and gives the oldest keys first', () => {
    const buffer = createBuffer();
    for (const key of ['a', 'b', 'c']) buffer.add(writeOf(key));
    const last = writeOf('a', 'last');
    buffer.add(last);
    expect(buffer.size()).toBe(3);
    expect(buffer.find('a')).toBe(last);
    expect(keysOf(buffer.take(2))).toEqual(['a', 'b']);
    expect(keysOf(buffer.take(2))).toEqual(['c']);
  });

  it('finds what is under way until it is settled, and then nothing', () => {
    const buffer = createBuffer();
    const write = writeOf('a');
    buffer.add(write);
    const taken = buffer.take(1);
    expect(buffer.find('a')).toBe(write);
    expect(buffer.holds(write)).toBe(true);
    buffer.settle(taken, []);
    expect(buffer.find('a')).toBeUndefined();
    expect([buffer.size(), buffer.bytes()]).toEqual([0, 0]);
  });

  it('has what was refused again, behind the others, which it must not keep waiting', () => {
    const buffer = createBuffer();
    for (const key of ['a', 'b']) buffer.add(writeOf(key));
    const taken = buffer.take(2);
    buffer.add(writeOf('c'));
    buffer.settle(taken, taken.slice(0, 1));
    expect(keysOf(buffer.take(3))).toEqual(['c', 'a']);
  });

  it('does not have a refused write again where a later one, or an invalidation, came', () => {
    const buffer = createBuffer();
    for (const key of ['a', 'b']) buffer.add(writeOf(key));
    const taken = buffer.take(2);
    const later = writeOf('a', 'later');
    buffer.add(later);
    expect(buffer.discard('b')).toBe('under way');
    buffer.settle(taken, taken);
    expect(buffer.take(2)).toEqual([later]);
    buffer.settle([later], []);
    expect([buffer.size(), buffer.bytes()]).toEqual([0, 0]);
  });

  it('gives no key twice before its first write is settled, and then behind those that came meanwhile', () => {
    const buffer = createBuffer();
    for (const key of ['a', 'b']) buffer.add(writeOf(key));
    const taken = buffer.take(1);
    const again = writeOf('a', 'again');
    buffer.add(again);
    expect(keysOf(buffer.take(2))).toEqual(['b']);
    expect(buffer.find('a')).toBe(again);
    buffer.add(writeOf('c'));
    buffer.settle(taken, []);
    expect(keysOf(buffer.take(2))).toEqual(['c', 'a']);
  });

  it('says whether what it discards may reach Redis all the same', () => {
    const buffer = createBuffer();
    for (const key of ['a', 'b', 'c']) buffer.add(writeOf(key));
    buffer.take(1);
    expect(buffer.discard('missing')).toBe('none');
    expect(buffer.discard('b')).toBe('waiting');
    expect(buffer.discardMatching(({ call }) => call.address.key !== 'c')).toBe('under way');
    expect(buffer.size()).toBe(1);
  });

  it('does not discard a later write for an earlier one that is under way', () => {
    const buffer = createBuffer();
    const early = writeOf('a', 'early');
    const late = writeOf('a', 'late');
    buffer.add(early);
    buffer.take(1);
    buffer.add(late);
    expect(buffer.discardMatching((write) => write === early)).toBe('under way');
    expect(buffer.find('a')).toBe(late);
    expect(buffer.size()).toBe(1);
  });

  it('keeps for its source what an invalidation takes from the tiers', () => {
    const buffer = createBuffer();
    const source = { store() {} };
    const writes = ['a', 'b'].map((key) => writeOf(key, key, 10, source));
    for (const write of writes) buffer.add(write);
    const taken = buffer.take(1);
    expect(buffer.discardMatching(() => true)).toBe('none');
    expect(writes.map(buffer.isKept)).toEqual([false, false]);
    buffer.settle(taken, taken);
    expect(keysOf(buffer.take(2))).toEqual(['b', 'a']);
    buffer.remove('a');
    expect(buffer.size()).toBe(1);
  });

  it('does not replace what is due for one source by what is not for it', () => {
    const buffer = createBuffer();
    buffer.add(writeOf('a', 1, 10, { store() {} }));
    expect(buffer.add(writeOf('a', 2))).toBe(false);
    expect(buffer.find('a')?.encoded.value).toBe(1);
  });

  it('refuses a write beyond its entries or bytes, what is under way included, but not a later write of a key', () => {
    const few = createBuffer({ maxEntries: 2 });
    expect(['a', 'b', 'c'].map((key) => few.add(writeOf(key)))).toEqual([true, true, false]);
    few.take(1);
    expect(few.add(writeOf('c'))).toBe(false);
    expect(few.add(writeOf('b', 'later'))).toBe(true);

    const small = createBuffer({ maxBytes: 1200 });
    expect(small.add(writeOf('a', 'a', 600))).toBe(true);
    expect(small.add(writeOf('b', 'b', 600))).toBe(false);
    expect(small.add(writeOf('a', 'later', 700))).toBe(true);
    expect(small.bytes()).toBe(700 + 1 + 480);
  });
});

it('what has left the write buffer is forgotten by young collections, whatever grew old beside it', () => {
  const buffer = createBuffer({ maxEntries: VALUES });
  const left = countLeft((id, value) => {
    buffer.add(writeOf(id, value));
    if (buffer.size() === 100) buffer.settle(buffer.take(100), []);
  });
  expect(left).toBeLessThan((VALUES * VALUE_BYTES) / 4);
});
