import { expect, it } from 'vitest';
import { hasFastProperties } from './fast-properties.ts';

function withMethod(size: number) {
  return { size: () => size, add: () => size + 1 };
}

function withGetter(size: number) {
  return {
    get size() {
      return size;
    },
    add: () => size + 1,
  };
}

it('an object of methods has fast properties', () => {
  expect([withMethod(1), withMethod(2)].map(hasFastProperties)).toEqual([true, true]);
});

it('and one with a getter in its literal does not: where node has learned that, getters may come back to the hot paths', () => {
  expect([withGetter(1), withGetter(2)].map(hasFastProperties)).toEqual([false, false]);
});
