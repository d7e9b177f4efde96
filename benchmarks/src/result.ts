import { writeFileSync } from 'node:fs';
import type { MachineFacts } from './machine.ts';
import type { Plan } from './sample.ts';
import type { CaseSummary, Verdict } from './summary.ts';

/** One run of one topic, as it is printed and as it lies in `results/`. */
export interface Result {
  readonly topic: string;
  readonly question: string;
  readonly reference: string;
  readonly measuredAt: string;
  readonly machine: MachineFacts;
  readonly loadAverage: { readonly before: number; readonly after: number };
  readonly load: string;
  readonly plan: Plan;
  readonly cases: readonly (CaseSummary & { readonly about: string })[];
  readonly verdicts: readonly Verdict[];
}

/**
 * Writes `results/<topic>.json` (a group's parts each a file), or `results/<topic>.quick.json`, which is not committed: a short run must not take
 * the place of a measurement.
 *
 * @returns the file's path from the repository's root.
 */
export function writeResult(result: Result, quick: boolean): string {
  const file = `${result.topic.replace('/', '-')}${quick ? '.quick' : ''}.json`;
  const rounded = JSON.stringify(result, (_key, value) => (typeof value === 'number' ? roundOff(value) : value), 2);
  writeFileSync(new URL(`../results/${file}`, import.meta.url), `${rounded}\n`);
  return `benchmarks/results/${file}`;
}

/** Five digits are more than any bench can mean. */
function roundOff(value: number): number {
  return Number(value.toPrecision(5));
}
