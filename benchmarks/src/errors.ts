import { BreakwaterError } from '@breakwater/core';

/** The bench cannot give an honest number. A missed threshold is a verdict, not an error. */
export class BenchError extends BreakwaterError {
  override readonly name = 'BenchError';

  static caseEnded(caseName: string, exitCode: number | null): BenchError {
    return new BenchError(
      'ERR_BENCH_CASE_ENDED',
      `The process of ${caseName} ended with ${exitCode ?? 'a signal'} while it was needed; its output stands above.`,
    );
  }

  static wrongAnswer(caseName: string, url: string, found: string): BenchError {
    return new BenchError(
      'ERR_BENCH_WRONG_ANSWER',
      `${caseName} must answer ${url} with 200 and the topic's body, got ${found}.`,
    );
  }

  static missesMeasured(caseName: string, runs: number): BenchError {
    return new BenchError(
      'ERR_BENCH_MISSES',
      `${caseName} is measured for hits, yet its handler ran ${runs} more times after the entry was stored.`,
    );
  }

  static hitsMeasured(caseName: string, requests: number, runs: number): BenchError {
    return new BenchError(
      'ERR_BENCH_HITS',
      `${caseName} is measured for its handler, which ran only ${runs} times for ${requests} requests.`,
    );
  }

  static loadFailed(caseName: string, failures: string): BenchError {
    return new BenchError('ERR_BENCH_LOAD', `The load on ${caseName} did not go well: ${failures}.`);
  }

  static noGarbageCollector(): BenchError {
    return new BenchError('ERR_BENCH_GC', 'The bench needs node --expose-gc; run it with "pnpm bench".');
  }
}
