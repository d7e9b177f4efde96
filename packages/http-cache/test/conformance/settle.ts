import type { Results } from './suite.ts';
import { createJudge, type JudgedSuite, withDependencies } from './verdicts.ts';

const REPETITIONS = 4;
/** More are no matter of a busy machine. */
const MOST_REPEATED = 40;

/**
 * Runs tests that wait in real seconds for lifetimes of two and three. What comes out otherwise than it is known to, better
 * or worse and of whatever kind, is run again by itself, where it has the machine to itself: what has truly changed comes
 * out so every time.
 *
 * @param known the tests that did not pass when results were written down last.
 * @param run runs those that are named, all where none is.
 */
export async function settle(
  suites: readonly JudgedSuite[],
  known: ReadonlySet<string>,
  run: (ids: readonly string[]) => Promise<Results>,
): Promise<Results> {
  let results = await run([]);
  for (let repetitions = 0; repetitions < REPETITIONS; repetitions += 1) {
    const ids = surprises(suites, results, known);
    if (ids.length === 0 || ids.length > MOST_REPEATED) break;
    const again = await run(withDependencies(suites, ids));
    // What they depend on has a result already.
    const repeated = Object.entries(again).filter(([id]) => ids.includes(id));
    results = { ...results, ...Object.fromEntries(repeated) };
  }
  return results;
}

function surprises(suites: readonly JudgedSuite[], results: Results, known: ReadonlySet<string>): string[] {
  const judge = createJudge(suites, results);
  return suites
    .flatMap(({ tests }) => tests.map(({ id }) => id))
    .filter((id) => (judge(id) !== 'pass') !== known.has(id));
}
