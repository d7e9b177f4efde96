import { describe, expect, it } from 'vitest';
import { runRounds, type Startable } from './rounds.ts';
import type { Sample } from './sample.ts';

/** Nothing is stolen. */
const OURS = () => () => 0;
const PLAN = { rounds: 2, sliceSeconds: 4, warmUpSeconds: 1 };

/** Cases that write down what is done to them; `failing` throws at its measurement of that number, 1 being the warm-up. */
function recordedCases(names: readonly string[], failing?: { readonly name: string; readonly at: number }) {
  const log: string[] = [];
  const cases = names.map((name): Startable => {
    let measurements = 0;
    return {
      name,
      async start() {
        log.push(`start ${name}`);
        return {
          async settle() {
            log.push(`settle ${name}`);
          },
          async measure(seconds) {
            measurements += 1;
            log.push(`measure ${name} ${seconds} s`);
            if (failing?.name === name && failing.at === measurements) throw new Error(`${name} failed`);
            return sampleOf(measurements);
          },
          async stop() {
            log.push(`stop ${name}`);
          },
        };
      },
    };
  });
  return { cases, log };
}

function sampleOf(perSecond: number, stolen?: number): Sample {
  return { perSecond, cpuMicros: 1, busy: 1, ...(stolen !== undefined && { stolen }) };
}

describe('rounds', () => {
  it('all cases are started and warmed first, then measured in turn, each settled just before its slice', async () => {
    const { cases, log } = recordedCases(['a', 'b']);
    await runRounds(cases, PLAN, undefined, OURS);
    expect(log).toEqual([
      ...['start a', 'measure a 1 s', 'start b', 'measure b 1 s'],
      ...['settle a', 'measure a 4 s', 'settle b', 'measure b 4 s'],
      ...['settle a', 'measure a 4 s', 'settle b', 'measure b 4 s'],
      ...['stop a', 'stop b'],
    ]);
  });

  it('the warm-up is not among the samples', async () => {
    const { cases } = recordedCases(['a', 'b']);
    expect(await runRounds(cases, PLAN, undefined, OURS)).toEqual([
      { name: 'a', samples: [sampleOf(2, 0), sampleOf(3, 0)] },
      { name: 'b', samples: [sampleOf(2, 0), sampleOf(3, 0)] },
    ]);
  });

  it('a slice is measured again while other machines are given much of the cores, but not for ever', async () => {
    const { cases } = recordedCases(['a']);
    const shares = [0.5, 0.021, 0.02, 0.4, 0.3, 0.2, 0.1, 0.25, 0.35];
    expect(await runRounds(cases, PLAN, undefined, () => () => shares.shift() ?? 1)).toEqual([
      { name: 'a', samples: [sampleOf(4, 0.02), sampleOf(8, 0.1)] },
    ]);
    expect(shares).toEqual([]);
  });

  it('a failure in a slice stops every case and is passed on', async () => {
    const { cases, log } = recordedCases(['a', 'b'], { name: 'a', at: 3 });
    await expect(runRounds(cases, PLAN, undefined, OURS)).rejects.toThrow('a failed');
    expect(log.slice(-3)).toEqual(['measure a 4 s', 'stop a', 'stop b']);
  });

  it('a failure in the warm-up stops the case that failed and starts no more', async () => {
    const { cases, log } = recordedCases(['a', 'b'], { name: 'a', at: 1 });
    await expect(runRounds(cases, PLAN, undefined, OURS)).rejects.toThrow('a failed');
    expect(log).toEqual(['start a', 'measure a 1 s', 'stop a']);
  });
});
