import { describe, expect, it } from 'vitest';
import { parsePace } from './pace.ts';

describe('parsePace', () => {
  it.each([
    ['200/s', 200],
    ['30/m', 0.5],
    ['3600/h', 1],
  ])('takes %s for %d a second', (pace, perSecond) => {
    expect(parsePace(pace)).toBe(perSecond);
  });

  it.each(['', '200', '0/s', '-1/s', '1.5/s', '2/d', ' 2/s', '2/s\n', 200, null, undefined])(
    'does not take %j',
    (pace) => {
      expect(parsePace(pace)).toBeUndefined();
    },
  );
});
