import type { Engine } from './engine.ts';
import type { Outcomes } from './outcomes.ts';

/** Runs a user's loader, counted and timed. */
export async function callLoader<Result>(
  { latency }: Engine,
  outcomes: Outcomes,
  run: () => Result | Promise<Result>,
): Promise<Result> {
  const startedAt = performance.now();
  outcomes.loads += 1;
  try {
    return await run();
  } catch (error) {
    outcomes.loadErrors += 1;
    throw error;
  } finally {
    latency.load.record(performance.now() - startedAt);
  }
}
