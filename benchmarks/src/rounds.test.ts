import { describe, expect, it } from 'vitest';
import { runRounds, type Startable } from './rounds.ts';
import type { Sample } from './sample.ts';

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

function sampleOf(perSecond: number): Sample {
  return { perSecond, cpuMicros: 1, busy: 1 };
}

describe('rounds', () => {
  it('all cases are started and warmed first, then measured in turn, each settled just before its slice', async () => {
    const { cases, log } = recordedCases(['a', 'b']);
    await runRounds(cases, PLAN);
    expect(log).toEqual([
      ...['start a', 'measure a 1 s', 'start b', 'measure b 1 s'],
      ...['settle a', 'measure a 4 s', 'settle b', 'measure b 4 s'],
      ...['settle a', 'measure a 4 s', 'settle b', 'measure b 4 s'],
      ...['stop a', 'stop b'],
    ]);
  });

  it('the warm-up is not among the samples', async () => {
    const { cases } = recordedCases(['a', 'b']);
    expect(await runRounds(cases, PLAN)).toEqual([
      { name: 'a', samples: [sampleOf(2), sampleOf(3)] },
      { name: 'b', samples: [sampleOf(2), sampleOf(3)] },
    ]);
  });

  it('a failure in a slice stops every case and is passed on', async () => {
    const { cases, log } = recordedCases(['a', 'b'], { name: 'a', at: 3 });
    await expect(runRounds(cases, PLAN)).rejects.toThrow('a failed');
    expect(log.slice(-3)).toEqual(['measure a 4 s', 'stop a', 'stop b']);
  });

  it('a failure in the warm-up stops the case that failed and starts no more', async () => {
    const { cases, log } = recordedCases(['a', 'b'], { name: 'a', at: 1 });
    await expect(runRounds(cases, PLAN)).rejects.toThrow('a failed');
    expect(log).toEqual(['start a', 'measure a 1 s', 'stop a']);
  });
});
