import type { Results } from './suite.ts';
import { createJudge, type JudgedSuite } from './verdicts.ts';

const LINE = /^- (.+): ((?:`[^`]+`(?: |$))+)$/;

/** All that was not passed, of every kind; a line for all columns that came out alike. {@link readNotPassed} reads it. */
export function notPassedLines(
  suites: readonly JudgedSuite[],
  columns: readonly { readonly name: string; readonly results: Results }[],
): string[] {
  const names = new Map<string, string[]>();
  for (const { name, results } of columns) {
    const judge = createJudge(suites, results);
    const ids = suites.flatMap(({ tests }) => tests.map(({ id }) => id)).filter((id) => judge(id) !== 'pass');
    const list = ids.map((id) => `\`${id}\``).join(' ');
    names.set(list, [...(names.get(list) ?? []), name]);
  }
  return [...names].map(([list, alike]) => `- ${alike.join('; ')}: ${list}`);
}

/** By column, the tests that a page says were not passed. */
export function readNotPassed(page: string): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map(
    page.split('\n').flatMap((line) => {
      const [, names = '', list = ''] = LINE.exec(line) ?? [];
      const ids = new Set(list.match(/[^` ]+/g));
      return names === '' ? [] : names.split('; ').map((name) => [name, ids] as const);
    }),
  );
}
