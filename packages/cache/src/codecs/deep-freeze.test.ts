import { describe, expect, it } from 'vitest';
import { deepFreeze } from './deep-freeze.ts';

describe('deepFreeze', () => {
  it('freezes objects and arrays at every depth, also inside Map and Set, and leaves bytes alone', () => {
    const value = { list: [{ a: 1 }], map: new Map([['k', { b: 1 }]]), set: new Set([[1]]), bytes: Buffer.from('x') };
    deepFreeze(value);
    const inner = [value, value.list, value.list[0], value.map.get('k'), ...value.set];
    expect(inner.every(Object.isFrozen)).toBe(true);
    expect(Object.isFrozen(value.bytes)).toBe(false);
  });
});
