import type { Call, Engine } from '../engine.ts';
import { LoadTimeoutError } from '../errors.ts';
import { traceLoad } from './load-tracing.ts';

/**
 * Runs a user's loader for `keys`: counted, timed and traced. Counts as over when `signal` aborts, though the loader
 * may go on.
 */
export async function callLoader<Result>(
  { latency }: Engine,
  { address, outcomes }: Call,
  keys: readonly string[],
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

  // That all callers have left is no error of the loader's.
  const abort = () => end(signal.reason instanceof LoadTimeoutError);
  signal.addEventListener('abort', abort, { once: true });
  try {
    const result = await traceLoad(address.space, keys, run);
    end(false);
    return result;
  } catch (error) {
    end(true);
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
