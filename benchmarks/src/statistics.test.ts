import { expect, it } from 'vitest';
import { spreadOf } from './statistics.ts';

it.each([
  [[4], { median: 4, min: 4, max: 4 }],
  [[3, 1, 2], { median: 2, min: 1, max: 3 }],
  [[10, 2, 1, 3], { median: 2.5, min: 1, max: 10 }],
  [[9, 10, 100], { median: 10, min: 9, max: 100 }],
])('the spread of %j is %j', (values, spread) => {
  expect(spreadOf(values)).toEqual(spread);
});

it('the values keep their order', () => {
  const values = [3, 1, 2];
  spreadOf(values);
  expect(values).toEqual([3, 1, 2]);
});

it('no values have no spread', () => {
  expect(() => spreadOf([])).toThrow(RangeError);
});
