import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKeyBudget } from './key-budget.ts';

const MINUTE = 60_000;

describe('a key budget', () => {
  function create({ maxKeys = 100, minUses = 1, lifetimeMs = MINUTE } = {}) {
    const budget = createKeyBudget({ maxKeys, minUses, lifetimeMs });
    return {
      /** As a request does for whose key nothing is stored. */
      ask(key: string, nowMs = 0) {
        const refusal = budget.refusal(key, nowMs);
        if (!refusal) budget.spend(key, nowMs);
        return refusal ?? 'stored';
      },
    };
  }

  it('lets a response be stored from the nth request for its key on, and again when it has expired', () => {
    const { ask } = create({ minUses: 3 });
    expect([ask('a'), ask('a'), ask('b'), ask('a')]).toEqual(['min-uses', 'min-uses', 'min-uses', 'stored']);
    expect(ask('a', MINUTE)).toBe('stored');
    expect(ask('b', MINUTE)).toBe('min-uses');
  });

  it('foresees what a request would be told, however often it is looked', () => {
    const budget = createKeyBudget({ maxKeys: 100, minUses: 3, lifetimeMs: MINUTE });
    const looked = Array.from({ length: 4 }, () => [
      budget.foresee('a', 0),
      budget.foresee('a', 0),
      budget.refusal('a', 0),
    ]);
    const refused = ['min-uses', 'min-uses', 'min-uses'];
    expect(looked).toEqual([refused, refused, [undefined, undefined, undefined], [undefined, undefined, undefined]]);
  });

  it('forgets the requests for a key when ten minutes, or two lifetimes, went by without one', () => {
    const often = create({ minUses: 2 });
    often.ask('a');
    expect(often.ask('a', 20 * MINUTE)).toBe('min-uses');
    expect(often.ask('a', 29 * MINUTE)).toBe('stored');
    const long = create({ minUses: 2, lifetimeMs: 60 * MINUTE });
    long.ask('a');
    expect(long.ask('a', 120 * MINUTE)).toBe('stored');
  });

  it('asks for a second request once it is used up, and for twice as many with each further one', () => {
    const { ask } = create({ maxKeys: 2 });
    expect([ask('a'), ask('b'), ask('c'), ask('c'), ask('d'), ask('d')]).toEqual([
      'stored',
      'stored',
      'max-keys',
      'stored',
      'max-keys',
      'stored',
    ]);
    expect([1, 2, 3, 4].map(() => ask('e'))).toEqual(['max-keys', 'max-keys', 'max-keys', 'stored']);
    expect(ask('a')).toBe('stored');
  });

  it('has room again when what was stored has expired', () => {
    const { ask } = create({ maxKeys: 2 });
    for (const key of ['a', 'b']) ask(key);
    expect(ask('c', MINUTE - 1)).toBe('max-keys');
    expect(ask('d', 2 * MINUTE)).toBe('stored');
  });

  it('says min-uses where the policy asks for more requests than the budget does', () => {
    const { ask } = create({ maxKeys: 1, minUses: 4 });
    for (let use = 0; use < 4; use += 1) ask('a');
    expect(ask('b')).toBe('min-uses');
  });

  it('keeps out tens of thousands of keys that are asked for once, and lets in one among them that is asked for twice', () => {
    const { ask } = create({ maxKeys: 1000 });
    for (let flood = 0; flood < 1000; flood += 1) ask(`flood ${flood}`);
    let stored = 0;
    for (let flood = 1000; flood < 50_000; flood += 1) stored += ask(`flood ${flood}`) === 'stored' ? 1 : 0;
    expect(stored).toBeLessThan(20);
    ask('wanted');
    for (let flood = 50_000; flood < 60_000; flood += 1) ask(`flood ${flood}`);
    expect(ask('wanted')).toBe('stored');
  });

  it('grows by one budget for each doubling of what a flood asks, whatever its order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 40 }), { maxLength: 400 }), (requests) => {
        const { ask } = create({ maxKeys: 4 });
        const stored = new Set<number>();
        for (const key of requests) if (ask(String(key)) === 'stored') stored.add(key);
        const bound = 4 * (1 + Math.log2(1 + requests.length / 4));
        expect(stored.size).toBeLessThanOrEqual(bound);
      }),
    );
  });
});
