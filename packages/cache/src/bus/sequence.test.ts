import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSequenceWatch } from './sequence.ts';

describe('the watch over sequence numbers', () => {
  it('takes the first number of a publisher as it comes', () => {
    const watch = createSequenceWatch(250);
    watch.heard('p', 17, 0);
    watch.heard('p', 18, 0);
    expect(watch.check(1000)).toBe('whole');
  });

  it('counts a hole as a loss when the grace is over, until it is made up for', () => {
    const watch = createSequenceWatch(250);
    watch.heard('p', 1, 0);
    watch.heard('p', 3, 100);
    expect(watch.check(349)).toBe('open');
    expect(watch.check(350)).toBe('lost');
    watch.settle(100);
    expect(watch.check(1000)).toBe('whole');
  });

  it('closes a hole when the number comes late', () => {
    const watch = createSequenceWatch(250);
    watch.heard('p', 1, 0);
    watch.heard('p', 3, 100);
    watch.heard('p', 2, 200);
    expect(watch.check(1000)).toBe('whole');
  });

  it('does not take a hole for made up for that opened later', () => {
    const watch = createSequenceWatch(250);
    watch.heard('p', 1, 0);
    watch.heard('p', 3, 100);
    watch.heard('p', 5, 200);
    watch.settle(150);
    expect(watch.isWhole).toBe(false);
    watch.heard('p', 4, 300);
    expect(watch.isWhole).toBe(true);
  });

  it('misses what a publisher says it has said, unless nothing was heard of it before', () => {
    const watch = createSequenceWatch(250);
    watch.claimed('p', 4, 0);
    expect(watch.isWhole).toBe(true);
    watch.claimed('p', 5, 0);
    expect(watch.check(249)).toBe('open');
    expect(watch.check(250)).toBe('lost');
    watch.heard('p', 5, 250);
    watch.heard('p', 6, 250);
    watch.claimed('p', 6, 250);
    expect(watch.isWhole).toBe(true);
  });

  it('knows whether all was heard up to a number, of publishers it knows', () => {
    const watch = createSequenceWatch(250);
    watch.heard('p', 3, 0);
    watch.heard('p', 5, 0);
    expect([2, 3, 4, 5, 6].map((sequence) => watch.hasAll('p', sequence))).toEqual([true, true, false, false, false]);
    expect(watch.hasAll('q', 1)).toBe(false);
  });

  it('counts a jump too wide to remember as a loss at once', () => {
    const watch = createSequenceWatch(250);
    watch.heard('p', 1, 0);
    watch.heard('p', 1_000_000_000, 0);
    expect(watch.check(0)).toBe('lost');
  });

  it('begins anew after a reset', () => {
    const watch = createSequenceWatch(250);
    watch.heard('p', 1, 0);
    watch.reset();
    watch.heard('p', 9, 0);
    expect(watch.check(1000)).toBe('whole');
  });

  it('hears of a loss if, and only if, a number between the first and the last is missing', () => {
    const order = fc.shuffledSubarray([1, 2, 3, 4, 5, 6], { minLength: 1 });
    fc.assert(
      fc.property(order, (numbers) => {
        const watch = createSequenceWatch(250);
        for (const number of numbers) watch.heard('p', number, 0);
        const [first = 0] = numbers;
        const expected = [1, 2, 3, 4, 5, 6].some(
          (number) => number > first && number < Math.max(...numbers) && !numbers.includes(number),
        );
        expect(watch.check(250)).toBe(expected ? 'lost' : 'whole');
      }),
    );
  });
});
