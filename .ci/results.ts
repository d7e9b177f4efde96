import { relative } from 'node:path';
import type { TestModule } from 'vitest/node';

export interface TestResult {
  readonly name: string;
  readonly state: 'passed' | 'failed' | 'skipped' | 'pending';
}

/** What became of a test file. */
export interface FileResult {
  readonly project: string;
  /** From the root of the repo. */
  readonly file: string;
  /** It could not be loaded, or a hook of it failed: no test of it need be red. */
  readonly hasErrors: boolean;
  readonly tests: readonly TestResult[];
}

export function resultOf(module: TestModule): FileResult {
  return {
    project: module.project.name,
    file: relative('.', module.moduleId),
    hasErrors: !module.ok() && module.errors().length > 0,
    tests: [...module.children.allTests()].map((test) => ({ name: test.fullName, state: test.result().state })),
  };
}

export function isRed({ hasErrors, tests }: FileResult): boolean {
  return hasErrors || tests.some(({ state }) => state === 'failed');
}

/** The one plain line that closes a run: `N passed, N failed`. */
export function summaryOf(files: readonly FileResult[], unhandledErrors: number): string {
  const counts = { passed: 0, failed: unhandledErrors, skipped: 0, pending: 0 };
  for (const { hasErrors, tests } of files) {
    if (hasErrors) counts.failed += 1;
    for (const { state } of tests) counts[state] += 1;
  }
  const skipped = counts.skipped + counts.pending;
  return `${counts.passed} passed, ${counts.failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
