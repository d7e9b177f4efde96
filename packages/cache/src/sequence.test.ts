import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSequenceWatch } from './sequence.ts';

describe('the watch over sequence numbers', () => {
  it('takes the first number of a publisher as it comes', () => {
    const watch = createSequenceWatch(250);
    expect(watch.heard('p', 17, 0)).toBe(false);
    expect(watch.heard('p', 18, 0)).toBe(false);
    expect(watch.hasLost(1000)).toBe(false);
  });

  it('counts a hole as a loss when the grace is over, once', () => {
    const watch = createSequenceWatch(250);
    watch.heard('p', 1, 0);
    expect(watch.heard('p', 3, 100)).toBe(true);
    expect(watch.hasLost(349)).toBe(false);
    expect(watch.hasLost(350)).toBe(true);
    expect(watch.hasLost(1000)).toBe(false);
  });

  it('closes a hole when the number comes late', () => {
    const watch = createSequenceWatch(250);
    watch.heard('p', 1, 0);
    watch.heard('p', 3, 100);
    expect(watch.heard('p', 2, 200)).toBe(false);
    expect(watch.hasLost(1000)).toBe(false);
  });

  it('counts a jump too wide to remember as a loss at once', () => {
    const watch = createSequenceWatch(250);
    watch.heard('p', 1, 0);
    expect(watch.heard('p', 1_000_000_000, 0)).toBe(true);
    expect(watch.hasLost(0)).toBe(true);
  });

  it('begins anew after a reset', () => {
    const watch = createSequenceWatch(250);
    watch.heard('p', 1, 0);
    watch.reset();
    expect(watch.heard('p', 9, 0)).toBe(false);
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
        expect(watch.hasLost(250)).toBe(expected);
      }),
    );
  });
});
