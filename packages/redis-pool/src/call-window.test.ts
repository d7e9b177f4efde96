import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CallOutcome, createCallWindow } from './call-window.ts';

describe('the window of calls', () => {
  it('counts calls by how they ended', () => {
    const window = createCallWindow(1000);
    const outcomes: CallOutcome[] = ['fast', 'failed', 'slow', 'fast', 'failed'];
    for (const outcome of outcomes) window.count(5000, outcome);
    expect(window.totals).toEqual({ calls: 5, failed: 2, slow: 1 });
  });

  it.each([
    ['keeps what is younger than nine tenths of it', 1899, 2],
    ['forgets what is older than the whole of it', 2000, 1],
    ['forgets everything in an instant after a long rest', 1e12, 1],
  ])('%s', (_what, at, calls) => {
    const window = createCallWindow(1000);
    window.count(1050, 'failed');
    window.count(at, 'fast');
    expect(window.totals).toEqual({ calls, failed: calls - 1, slow: 0 });
  });

  it('counts from nothing after it was cleared', () => {
    const window = createCallWindow(1000);
    window.count(10, 'failed');
    window.clear();
    window.count(11, 'slow');
    expect(window.totals).toEqual({ calls: 1, failed: 0, slow: 1 });
  });

  it('agrees with a list of all calls, from which those of past tenths are left out', () => {
    const call = fc.record({
      afterMs: fc.oneof({ weight: 6, arbitrary: fc.integer({ max: 60, min: 0 }) }, fc.integer({ min: 0, max: 4000 })),
      outcome: fc.constantFrom<CallOutcome>('fast', 'slow', 'failed'),
    });
    fc.assert(
      fc.property(fc.array(call, { maxLength: 200 }), fc.integer({ min: 10, max: 2000 }), (calls, windowMs) => {
        const window = createCallWindow(windowMs);
        const tenth = (at: number) => Math.floor(at / (windowMs / 10));
        const all: { at: number; outcome: CallOutcome }[] = [];
        let now = 0;
        for (const { afterMs, outcome } of calls) {
          now += afterMs;
          all.push({ at: now, outcome });
          window.count(now, outcome);
          const recent = all.filter(({ at }) => tenth(at) > tenth(now) - 10);
          const count = (one: CallOutcome) => recent.filter((other) => other.outcome === one).length;
          expect(window.totals).toEqual({ calls: recent.length, failed: count('failed'), slow: count('slow') });
        }
      }),
    );
  });
});
