import { describe, expect, it } from 'vitest';
import { BreakwaterError, describeValue } from './errors.ts';

describe('a coded error', () => {
  it('keeps code and cause', () => {
    const cause = new Error('socket');
    const error = new BreakwaterError('ERR_SAMPLE_WHAT', 'It happened.', { cause });
    expect(error).toMatchObject({ name: 'BreakwaterError', code: 'ERR_SAMPLE_WHAT', message: 'It happened.', cause });
  });

  it.each([
    ['text', '"text"'],
    [-5, '-5'],
    [10n, '10n'],
    [undefined, 'undefined'],
    [null, 'null'],
    [[1, 2], 'an array of 2'],
    [{ a: 1, b: 2 }, 'an object with the keys a, b'],
    [{}, 'an object with the keys (none)'],
    [Symbol.for('s'), 'Symbol(s)'],
    [function plan() {}, 'function plan'],
  ])('describes %s on one short line', (value, text) => {
    expect(describeValue(value)).toBe(text);
  });
});
