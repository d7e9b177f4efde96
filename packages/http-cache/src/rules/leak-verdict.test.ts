import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leakVerdict, type Testimonies } from './leak-verdict.ts';

const at = (endedAtMs: number, digest: string) => ({ digest, endedAtMs });
const made = (madeAtMs: number, digest: string) => ({ digest, madeAtMs });

describe('the verdict on a stored response', () => {
  it.each<[string, Testimonies | undefined, string]>([
    ['suspect: nobody knows what a stranger was answered before', undefined, 'suspect'],
    ['that it leaks: the same before and after', { last: at(9, 'a'), before: undefined }, 'leaks'],
    ['that it changes: something else before', { last: at(9, 'b'), before: undefined }, 'changes'],
    ['suspect: what is known is from when it was being made', { last: at(10, 'a'), before: undefined }, 'suspect'],
    ['that it leaks, by what is known from before', { last: at(15, 'b'), before: at(8, 'a') }, 'leaks'],
    ['that it changes, by the last that is known from before', { last: at(9, 'b'), before: at(8, 'a') }, 'changes'],
  ])('is %s', (_what, known, verdict) => {
    expect(leakVerdict(known, at(20, 'a'), made(10, 'stored')).verdict).toBe(verdict);
    expect(leakVerdict(known, at(20, 'a'), made(10, 'a')).verdict).toBe('agrees');
  });

  const steps = fc.array(fc.record({ waitMs: fc.integer({ min: 1, max: 9 }), looks: fc.boolean() }), { maxLength: 40 });

  /** A page that is stored now and then, and looked at by a stranger now and then. */
  function verdictsOf(
    walk: readonly { waitMs: number; looks: boolean }[],
    pageAt: (nowMs: number) => string,
    strangersAt: (nowMs: number) => string,
  ): string[] {
    const verdicts: string[] = [];
    let nowMs = 0;
    let stored = made(0, pageAt(0));
    let known: Testimonies | undefined;
    for (const { waitMs, looks } of walk) {
      nowMs += waitMs;
      if (!looks) {
        stored = made(nowMs, pageAt(nowMs));
        continue;
      }
      const result = leakVerdict(known, at(nowMs, strangersAt(nowMs)), stored);
      known = result.testimonies;
      verdicts.push(result.verdict);
    }
    return verdicts;
  }

  it('is never that a page leaks which is the same for all, at whatever pace it changes', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 60 }), (walk, paceMs) => {
        const page = (nowMs: number) => String(Math.floor(nowMs / paceMs));
        expect(verdictsOf(walk, page, page)).not.toContain('leaks');
      }),
    );
  });

  it('is that it leaks as soon as a stranger was asked before and after, where each has a page of his own', () => {
    fc.assert(
      fc.property(steps, (walk) => {
        const looks = walk.map((step) => step.looks);
        const first = looks.indexOf(true);
        const filled = looks.indexOf(false, first + 1);
        const isFound = first !== -1 && filled !== -1 && looks.indexOf(true, filled) !== -1;
        const verdicts = verdictsOf(
          walk,
          () => 'ada',
          () => 'nobody',
        );
        expect(verdicts.includes('leaks')).toBe(isFound);
      }),
    );
  });
});
