import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSieve, type Spot, spotOf } from './sieve.ts';

interface Item {
  readonly name: string;
  isUsed: boolean;
}

function setUp(names: string) {
  const sieve = createSieve<Item>();
  const items = [...names].map((name): Item => ({ name, isUsed: false }));
  const spots = new Map(items.map((item) => [item.name, spotOf(item)]));
  for (const spot of spots.values()) sieve.add(spot);

  function use(used: string): void {
    for (const name of used) (spots.get(name) as Spot<Item>).item.isUsed = true;
  }
  function leave(): string {
    const { name } = sieve.victim() as Item;
    sieve.remove(spots.get(name) as Spot<Item>);
    return name;
  }
  return { sieve, spots, use, leave };
}

describe('the order in which entries leave', () => {
  it('is that in which they came, where none was used', () => {
    const { sieve, leave } = setUp('abc');
    expect([leave(), leave(), leave()]).toEqual(['a', 'b', 'c']);
    expect(sieve.victim()).toBeUndefined();
  });

  it('passes over what was used since the hand last came by, once', () => {
    const { use, leave } = setUp('abcd');
    use('ac');
    expect([leave(), leave(), leave(), leave()]).toEqual(['b', 'd', 'a', 'c']);
  });

  it('begins anew at the oldest behind the newest', () => {
    const { sieve, use, leave } = setUp('abc');
    use('abc');
    expect(leave()).toBe('a');
    use('b');
    sieve.add(spotOf({ name: 'd', isUsed: true }));
    expect(leave()).toBe('c');
  });

  it('goes on behind an entry that left while the hand was on it', () => {
    const { sieve, spots, use, leave } = setUp('abc');
    use('a');
    expect(sieve.victim()?.name).toBe('b');
    sieve.remove(spots.get('b') as Spot<Item>);
    expect([leave(), leave()]).toEqual(['c', 'a']);
  });

  it('names each of them once, whatever was used before', () => {
    fc.assert(
      fc.property(fc.array(fc.subarray([...'abcdefgh']), { minLength: 8, maxLength: 8 }), (uses) => {
        const { sieve, use, leave } = setUp('abcdefgh');
        const left = uses.map((used) => {
          use(used.join(''));
          return leave();
        });
        expect(left.sort()).toEqual([...'abcdefgh']);
        expect(sieve.victim()).toBeUndefined();
      }),
    );
  });
});
