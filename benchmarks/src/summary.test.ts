import { describe, expect, it } from 'vitest';
import type { Measured } from './rounds.ts';
import { judge, summarise } from './summary.ts';

function measured(name: string, perSecond: readonly number[]): Measured {
  return { name, samples: perSecond.map((rate) => ({ perSecond: rate, cpuMicros: 1e6 / rate, busy: 1 })) };
}

/** The machine is twice as fast in the second round and four times in the third. */
const DRIFTING = [measured('bare', [100, 200, 400]), measured('hit', [90, 190, 340])];

describe('ratios', () => {
  it('a ratio is taken within its round, so that drift between rounds does not enter', () => {
    const [bare, hit] = summarise(DRIFTING, 'bare');
    expect(bare?.ratio).toEqual({ median: 1, min: 1, max: 1 });
    expect(hit?.ratio).toEqual({ median: 0.9, min: 0.85, max: 0.95 });
    expect(hit?.rounds.map(({ ratio }) => ratio)).toEqual([0.9, 0.95, 0.85]);
  });

  it('a ratio by CPU forgets how long a case waited for its core', () => {
    const quiet = { perSecond: 100, cpuMicros: 50, busy: 1 };
    const crowded = { perSecond: 25, cpuMicros: 100, busy: 0.25 };
    const [, hit] = summarise(
      [
        { name: 'bare', samples: [quiet, quiet] },
        { name: 'hit', samples: [{ ...quiet, cpuMicros: 100 }, crowded] },
      ],
      'bare',
    );
    expect(hit?.cpuRatio).toEqual({ median: 0.5, min: 0.5, max: 0.5 });
    expect(hit?.ratio).toEqual({ median: 0.625, min: 0.25, max: 1 });
  });

  it('absolute figures stand beside the ratio', () => {
    const [bare] = summarise(DRIFTING, 'bare');
    expect(bare?.perSecond).toEqual({ median: 200, min: 100, max: 400 });
    expect(bare?.cpuMicros.median).toBe(5000);
  });

  it('latency is summed up where it was measured, and absent where not', () => {
    const sample = { perSecond: 1, cpuMicros: 1, busy: 1 };
    const withLatency = [2, 1, 3].map((ms) => ({ ...sample, latencyMs: { p50: ms, p99: ms * 10 } }));
    const [served, called] = summarise(
      [
        { name: 'served', samples: withLatency },
        { name: 'called', samples: [sample, sample, sample] },
      ],
      'served',
    );
    expect(served?.latencyMs).toEqual({ p50: { median: 2, min: 1, max: 3 }, p99: { median: 20, min: 10, max: 30 } });
    expect(called).not.toHaveProperty('latencyMs');
  });
});

describe('verdicts', () => {
  const threshold = { case: 'hit', against: 'bare', because: 'it is promised' };

  it.each([
    [{ atLeast: 0.9 }, true],
    [{ atLeast: 0.91 }, false],
    [{ atMost: 0.9 }, true],
    [{ atMost: 0.89 }, false],
  ])('a median of 0.9 against %j: met is %j', (bound, met) => {
    const [verdict] = judge(DRIFTING, [{ ...threshold, ...bound }]);
    expect(verdict).toMatchObject({ met, ratio: { median: 0.9, min: 0.85, max: 0.95 }, because: 'it is promised' });
  });

  it('a threshold may stand against another case than the reference', () => {
    const [verdict] = judge(DRIFTING, [{ case: 'bare', against: 'hit', because: 'it is asked', atLeast: 1.1 }]);
    expect(verdict?.met).toBe(true);
  });

  it('a misspelt case is named', () => {
    expect(() => judge(DRIFTING, [{ ...threshold, against: 'bear', atLeast: 1 }])).toThrow('no case named bear');
  });
});
