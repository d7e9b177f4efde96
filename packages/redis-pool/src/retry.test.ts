import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isIdempotent, retryDelayMs } from './retry.ts';

describe('a command', () => {
  it.each([
    ['get', ['key']],
    ['HGETALL', ['key']],
    ['mget', ['a', 'b']],
    ['set', ['key', 'value']],
    ['set', ['key', 'NX']],
    ['SET', ['key', 'value', 'PX', '1000']],
    ['pexpire', ['key', '1000']],
    ['ping', []],
  ])('may run twice: %s %j', (name, args) => {
    expect(isIdempotent(name, args)).toBe(true);
  });

  it.each([
    ['incr', ['key']],
    ['INCRBY', ['key', '0']],
    ['eval', ['return 1', '0']],
    ['EVALSHA', ['0'.repeat(40), '0']],
    ['lpush', ['key', 'value']],
    ['append', ['key', 'value']],
    ['getdel', ['key']],
    ['spop', ['key']],
    ['del', ['key']],
    ['unlink', ['key']],
    ['publish', ['channel', 'message']],
    ['set', ['key', 'value', 'NX']],
    ['set', ['key', 'value', 'PX', '1000', 'nx']],
    ['set', ['key', 'value', 'GET']],
    ['set', [Buffer.from('key'), 'value', Buffer.from('XX')]],
    ['expire', ['key', '10', 'GT']],
    ['brandnew', ['key']],
    ['constructor', []],
  ])('may not run twice: %s %j', (name, args) => {
    expect(isIdempotent(name, args)).toBe(false);
  });
});

describe('the delay before a repetition', () => {
  const settings = { firstMs: 20, longestMs: 200 };

  it.each([
    [1, 0, 0],
    [1, 0.5, 10],
    [2, 0.5, 20],
    [4, 0.5, 80],
    [5, 0.5, 100],
    [1000, 0.5, 100],
  ])('of the repetition %i with chance %f is %i ms', (repetition, random, delayMs) => {
    expect(retryDelayMs(repetition, settings, random)).toBe(delayMs);
  });

  it('is spread over all that is allowed', () => {
    const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1 }), chance, (repetition, random) => {
        const delayMs = retryDelayMs(repetition, settings, random);
        expect(delayMs).toBeGreaterThanOrEqual(0);
        expect(delayMs).toBeLessThan(settings.longestMs);
      }),
    );
  });
});
