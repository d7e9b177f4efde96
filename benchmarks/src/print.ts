import type { Result } from './result.ts';
import { MUCH_STOLEN } from './rounds.ts';
import type { Spread } from './statistics.ts';
import type { Verdict } from './summary.ts';
import type { Topic } from './topic.ts';

/** Below this share of a core the case waited for its load, and its ratio says less than it seems to. */
const HARDLY_BUSY = 0.85;

export function listTopics(topics: readonly Pick<Topic, 'name' | 'question'>[]): string {
  const width = Math.max(...topics.map(({ name }) => name.length));
  const lines = topics.map(({ name, question }) => `  ${name.padEnd(width)}  ${question}`);
  return ['Usage: pnpm bench <topic> [--quick] [--check]', '', ...lines].join('\n');
}

export function printResult(result: Result): string {
  return [
    result.question,
    factsOf(result),
    '',
    ...tableOf(result),
    ...result.cases
      // Timed calls are not meant to fill a core.
      .filter(({ busy, loopDelayMs }) => busy.median < HARDLY_BUSY && !loopDelayMs)
      .map(({ name, busy }) => `! ${name} used only ${percent(busy.median)} of a core: something else was the limit.`),
    ...stolenLine(result),
    '',
    ...result.verdicts.map(verdictLine),
  ].join('\n');
}

/** Measured again they were no better. */
function stolenLine({ cases }: Result): string[] {
  const shares = cases.flatMap(({ rounds }) => rounds.map(({ stolen = 0 }) => stolen));
  const disturbed = shares.filter((share) => share > MUCH_STOLEN);
  if (disturbed.length === 0) return [];
  const most = percent(Math.max(...disturbed));
  return [`! In ${disturbed.length} of ${shares.length} slices other machines were given up to ${most} of the cores.`];
}

function factsOf({ machine, loadAverage, load, plan }: Result): string {
  return [
    `Node ${machine.node}`,
    `${machine.cores} x ${machine.cpu}`,
    `load average ${loadAverage.before} before, ${loadAverage.after} after`,
    load,
    `${plan.rounds} interleaved rounds of ${plan.sliceSeconds} s`,
  ].join(' · ');
}

function tableOf({ cases, reference }: Result): string[] {
  const unit = cases.some(({ latencyMs }) => latencyMs) ? 'requests/s' : 'calls/s';
  const head = [
    'case',
    `ratio to ${reference}`,
    unit,
    'p50 ms',
    'p99 ms',
    'loop ms',
    'CPU us each',
    'ratio by CPU',
    '',
  ];
  const rows = cases.map(({ name, about, ratio, cpuRatio, perSecond, cpuMicros, latencyMs, loopDelayMs }) => [
    name,
    name === reference ? '1' : withRange(ratio),
    Math.round(perSecond.median).toLocaleString('en-US'),
    latencyMs?.p50.median.toFixed(2) ?? '-',
    latencyMs?.p99.median.toFixed(2) ?? '-',
    loopDelayMs?.median.toFixed(1) ?? '-',
    cpuMicros.median.toFixed(cpuMicros.median < 10 ? 3 : 1),
    name === reference ? '1' : withRange(cpuRatio),
    about,
  ]);
  const table = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table.map((row) =>
    row
      .map((cell, column) => alignCell(cell, column, widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** Names and what they mean to the left, figures to the right. */
function alignCell(cell: string, column: number, width: number): string {
  return column >= 2 && column <= 6 ? cell.padStart(width) : cell.padEnd(width);
}

function verdictLine(verdict: Verdict): string {
  const bound = verdict.atLeast === undefined ? `at most ${verdict.atMost}` : `at least ${verdict.atLeast}`;
  const figure = verdict.figure === undefined ? '' : `${verdict.figure} of `;
  const ratio = `${figure}${verdict.case} / ${verdict.against} = ${withRange(verdict.ratio)}`;
  return `${verdict.met ? 'met   ' : 'MISSED'}  ${ratio}, ${bound}: ${verdict.because}`;
}

function withRange({ median, min, max }: Spread): string {
  return `${median.toFixed(2)} [${min.toFixed(2)}..${max.toFixed(2)}]`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
