import type { Reporter, TestModule } from 'vitest/node';
import { resultOf, summaryOf } from './results.ts';

/** Closes a run with its summary. */
export default class SummaryLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    process.stdout.write(`\n${summaryOf(modules.map(resultOf), unhandledErrors.length)}\n`);
  }
}
