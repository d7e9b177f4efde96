import { describe, expect, it } from 'vitest';
import { callerOf } from './caller.ts';

describe('a caller', () => {
  it('is named by its key where it has one, and by its address otherwise', () => {
    expect(callerOf('account 7', '192.0.2.1')).toBe(callerOf('account 7', '203.0.113.9'));
    expect(callerOf(undefined, '192.0.2.1')).toBe(callerOf('', '192.0.2.1'));
    expect(callerOf(undefined, '192.0.2.1')).not.toBe(callerOf(undefined, '203.0.113.9'));
  });

  it('cannot name itself into the bucket of an address', () => {
    expect(callerOf('192.0.2.1', '203.0.113.9')).not.toBe(callerOf(undefined, '192.0.2.1'));
    expect(callerOf('address 192.0.2.1', undefined)).not.toBe(callerOf(undefined, '192.0.2.1'));
  });

  it('shares one bucket with all others that have no address', () => {
    expect(callerOf(undefined, undefined)).toBe(callerOf(undefined, 'no address'));
  });

  it.each(['a:b{c}d *?[]', 'x'.repeat(100_000), '\u0000\r\n', '🚢'])(
    'has a short plain name, whatever its key is',
    (key) => {
      expect(callerOf(key, undefined)).toMatch(/^[\w-]{22}$/);
    },
  );
});
