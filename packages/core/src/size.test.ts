import { describe, expect, it } from 'vitest';
import { parseSize } from './size.ts';

describe('parseSize', () => {
  it.each([
    ['1b', 1],
    ['64kb', 65_536],
    ['1.5mb', 1_572_864],
    ['100MB', 104_857_600],
    ['1gb', 1_073_741_824],
    [512, 512],
  ])('reads %j as %d bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each(['', '5', 'mb', '-1mb', '1 mb', '1tb', null, undefined, Number.NaN])('reads %j as no size', (text) => {
    expect(parseSize(text)).toBeUndefined();
  });
});
