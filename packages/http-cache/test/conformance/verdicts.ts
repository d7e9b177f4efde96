import type { Results } from './suite.ts';
import type { Judged } from './suite-test.ts';

/** A group of tests, as far as their results are judged. */
export interface JudgedSuite {
  readonly tests: readonly Judged[];
}

/** How a test came out, in the suite's own words and by its own rule. */
export type Verdict = 'pass' | 'fail' | 'setup' | 'dependency' | 'harness' | 'untested';

/** A test whose dependency did not pass says nothing, whatever its own result. */
export function createJudge(suites: readonly JudgedSuite[], results: Results): (id: string) => Verdict {
  const tests = new Map<string, Judged>(suites.flatMap((suite) => suite.tests.map((test) => [test.id, test])));
  return function judge(id): Verdict {
    const result = results[id];
    if (result === undefined) return 'untested';
    if (tests.get(id)?.depends_on?.some((dependency) => judge(dependency) !== 'pass')) return 'dependency';
    if (result === true) return 'pass';
    if (result[0] === 'Setup') return 'setup';
    return result[0] === 'Assertion' ? 'fail' : 'harness';
  };
}

/** Tests of a kind that did not pass. */
export function notPassed(suites: readonly JudgedSuite[], results: Results, kind: 'required' | 'optimal'): string[] {
  const judge = createJudge(suites, results);
  return testsOf(suites, kind).filter((id) => judge(id) !== 'pass');
}

/** These tests with those that they depend on, without which they say nothing. */
export function withDependencies(suites: readonly JudgedSuite[], ids: readonly string[]): string[] {
  const tests = new Map<string, Judged>(suites.flatMap((suite) => suite.tests.map((test) => [test.id, test])));
  const all = new Set(ids);
  // A Set gives what is added to it on the way as well.
  for (const id of all) for (const dependency of tests.get(id)?.depends_on ?? []) all.add(dependency);
  return [...all];
}

export function testsOf(suites: readonly JudgedSuite[], kind: 'required' | 'optimal' | 'check'): string[] {
  return suites.flatMap(({ tests }) => tests.filter((test) => (test.kind ?? 'required') === kind).map(({ id }) => id));
}
