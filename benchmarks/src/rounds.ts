import type { Plan, RunningCase, Sample } from './sample.ts';
import { watchStolenTime } from './stolen-time.ts';

/** A case as the schedule sees it. */
export interface Startable {
  readonly name: string;
  start(): Promise<RunningCase>;
}

/** The samples of one case, in the order of the rounds. */
export interface Measured {
  readonly name: string;
  readonly samples: readonly Sample[];
}

/** Of all cores' time: a slice in which other machines were given more is measured again. */
export const MUCH_STOLEN = 0.02;

/** Then the least disturbed one counts. */
const MAX_ATTEMPTS = 6;

/**
 * Starts and warms every case, then measures them A B C, A B C, …: whatever drifts during a run (heat, a neighbour on the machine)
 * hits all cases of a round alike, and a ratio is taken within its round. All cases are stopped whatever happens.
 */
export async function runRounds(
  cases: readonly Startable[],
  plan: Plan,
  report: (progress: string) => void = () => {},
  watchStolen: () => () => number = watchStolenTime,
): Promise<readonly Measured[]> {
  const running: RunningCase[] = [];
  const samples = new Map(cases.map(({ name }): [string, Sample[]] => [name, []]));
  try {
    for (const { name, start } of cases) {
      report(`starting and warming ${name}`);
      const started = await start();
      running.push(started);
      await started.measure(plan.warmUpSeconds);
    }
    for (let round = 1; round <= plan.rounds; round += 1) {
      report(`round ${round} of ${plan.rounds}`);
      for (const [place, { name }] of cases.entries()) {
        samples.get(name)?.push(await measureOne(running[place] as RunningCase, plan.sliceSeconds, watchStolen));
      }
    }
  } finally {
    await Promise.all(running.map((started) => started.stop()));
  }
  return [...samples].map(([name, taken]) => ({ name, samples: taken }));
}

async function measureOne(running: RunningCase, seconds: number, watchStolen: () => () => number): Promise<Sample> {
  const attempts: (Sample & { readonly stolen: number })[] = [];
  do {
    await running.settle();
    const stolen = watchStolen();
    attempts.push({ ...(await running.measure(seconds)), stolen: stolen() });
  } while ((attempts.at(-1)?.stolen ?? 0) > MUCH_STOLEN && attempts.length < MAX_ATTEMPTS);
  return attempts.reduce((best, one) => (one.stolen < best.stolen ? one : best));
}
