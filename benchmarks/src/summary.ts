import type { Measured } from './rounds.ts';
import type { Sample } from './sample.ts';
import { type Spread, spreadOf } from './statistics.ts';
import type { Figure, Threshold } from './topic.ts';

/** One case over all rounds. */
export interface CaseSummary {
  readonly name: string;
  /** Of throughput, to the reference of the same round. */
  readonly ratio: Spread;
  /** Of operations per CPU second, likewise. Steadier on a shared machine: waiting for a core does not count. */
  readonly cpuRatio: Spread;
  readonly perSecond: Spread;
  readonly cpuMicros: Spread;
  readonly busy: Spread;
  readonly latencyMs?: { readonly p50: Spread; readonly p99: Spread };
  readonly loopDelayMs?: Spread;
  readonly rounds: readonly (Sample & { readonly ratio: number })[];
}

export type Verdict = Threshold & { readonly ratio: Spread; readonly met: boolean };

export function summarise(measured: readonly Measured[], reference: string): readonly CaseSummary[] {
  return measured.map(({ name, samples }) => {
    const ratios = ratiosOf(measured, name, reference, throughputOf);
    const latencies = samples.flatMap(({ latencyMs }) => latencyMs ?? []);
    const loopDelays = samples.flatMap(({ loopDelayMs }) => loopDelayMs ?? []);
    return {
      name,
      ratio: spreadOf(ratios),
      cpuRatio: spreadOf(ratiosOf(measured, name, reference, perCpuSecond)),
      perSecond: spreadOf(samples.map(({ perSecond }) => perSecond)),
      cpuMicros: spreadOf(samples.map(({ cpuMicros }) => cpuMicros)),
      busy: spreadOf(samples.map(({ busy }) => busy)),
      ...(latencies.length > 0 && {
        latencyMs: {
          p50: spreadOf(latencies.map(({ p50 }) => p50)),
          p99: spreadOf(latencies.map(({ p99 }) => p99)),
        },
      }),
      ...(loopDelays.length > 0 && { loopDelayMs: spreadOf(loopDelays) }),
      rounds: samples.map((sample, round) => ({ ...sample, ratio: ratios[round] as number })),
    };
  });
}

/** A threshold is met or missed by its median: one bad round on a busy machine decides nothing. */
export function judge(measured: readonly Measured[], thresholds: readonly Threshold[]): readonly Verdict[] {
  return thresholds.map((threshold) => {
    const ratio = spreadOf(
      ratiosOf(measured, threshold.case, threshold.against, FIGURES[threshold.figure ?? 'throughput']),
    );
    const { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } = threshold;
    return { ...threshold, ratio, met: ratio.median >= atLeast && ratio.median <= atMost };
  });
}

const FIGURES: Readonly<Record<Figure, (sample: Sample) => number>> = {
  throughput: throughputOf,
  p50: ({ latencyMs }) => latencyMs?.p50 ?? Number.NaN,
  p99: ({ latencyMs }) => latencyMs?.p99 ?? Number.NaN,
  'loop-delay': ({ loopDelayMs }) => loopDelayMs ?? Number.NaN,
};

function throughputOf({ perSecond }: Sample): number {
  return perSecond;
}

function perCpuSecond({ cpuMicros }: Sample): number {
  return 1e6 / cpuMicros;
}

function ratiosOf(
  measured: readonly Measured[],
  name: string,
  against: string,
  figure: (sample: Sample) => number,
): readonly number[] {
  const others = samplesOf(measured, against);
  return samplesOf(measured, name).map((sample, round) => figure(sample) / figure(others[round] as Sample));
}

function samplesOf(measured: readonly Measured[], name: string): readonly Sample[] {
  const found = measured.find((candidate) => candidate.name === name);
  if (!found) throw new RangeError(`There is no case named ${name}; a reference or a threshold is misspelt.`);
  return found.samples;
}
