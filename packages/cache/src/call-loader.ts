import type { Engine } from './engine.ts';
import { LoadTimeoutError } from './errors.ts';
import type { Outcomes } from './outcomes.ts';

/** Runs a user's loader, counted and timed. With `signal` it is over, whether or not it goes on. */
export async function callLoader<Result>(
  { latency }: Engine,
  outcomes: Outcomes,
  signal: AbortSignal,
  run: () => Result | Promise<Result>,
): Promise<Result> {
  const startedAt = performance.now();
  outcomes.loads += 1;
  let isOver = false;

  function end(failed: boolean): void {
    if (isOver) return;
    isOver = true;
    if (failed) outcomes.loadErrors += 1;
    latency.load.record(performance.now() - startedAt);
  }

  // Callers that left are no error of the loader's.
  const abort = () => end(signal.reason instanceof LoadTimeoutError);
  signal.addEventListener('abort', abort, { once: true });
  try {
    const result = await run();
    end(false);
    return result;
  } catch (error) {
    end(true);
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
