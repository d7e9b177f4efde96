import { EXCEPTIONS, NOT_OPTIMAL } from './exceptions.ts';
import { PUBLISHED } from './published.ts';
import { COMMON, type Results, SUITES, type Suite, TARGETED, TURNED } from './suite.ts';
import { createJudge, notPassed, testsOf } from './verdicts.ts';

export interface Column {
  readonly name: string;
  readonly results: Results;
}

/** The page: what we pass, what others pass, what we do not pass and why, and how every group came out. */
export function resultsPage(columns: readonly Column[], safe: Column): string {
  const published = PUBLISHED.map(({ name, version, results }) => ({ name: `${name} ${version}`, results }));
  return [
    '# The public HTTP cache suite',
    '',
    'Written by `conformance.test.ts`; do not edit. The suite is `http-cache-tests` 0.4.5 of npm, its tests of a browser left',
    'out, run against a gateway of nothing but a framework and this package (`gateway.ts`). A test counts by the suite’s own',
    'rule: it says nothing where one that it depends on is not passed. The others’ results are those the suite came with.',
    '',
    ...table(
      ['', 'required', 'optimal'],
      [...columns, ...published].map((column) => score(column)),
    ),
    '',
    `Counted apart: the suite’s group on Surrogate-Control, spoken through its successor CDN-Cache-Control (RFC 9213), ${counts(columns[0], [TARGETED])}. And ${TURNED.tests.length} tests that the suite’s authors have turned round since, as they are today (\`amended.ts\`; RFC 9111 §5.1 on an Age that is no number, or several): ${counts(columns[0], [TURNED])}. As 0.4.5 had them they contradict each other: of \`Age: 0\` and \`Age: 7200\` in two lines it demanded the opposite of the same in one. By their old words we pass none of them.`,
    '',
    `These are the results with everything allowed that RFC 9111 allows, and an origin said to offer German and English. With the defaults, which store nothing personal and nothing that does not say it may be shared, the same gateway passes ${counts(safe, COMMON)}: it fails no test by serving what it must not.`,
    '',
    '## Required, not passed, and why',
    '',
    ...reasons(EXCEPTIONS),
    '',
    '## Optimal, not passed, and why',
    '',
    ...reasons(NOT_OPTIMAL),
    '',
    '## By group: passed of all tests, checks included',
    '',
    ...table(
      ['group', ...[...columns, ...published].map(({ name }) => name)],
      COMMON.map((suite) => group(suite, [...columns, ...published])),
    ),
    '',
  ].join('\n');
}

function score({ name, results }: Column): string[] {
  return [name, ...(['required', 'optimal'] as const).map((kind) => share(results, COMMON, kind))];
}

function reasons(tests: Readonly<Record<string, string>>): string[] {
  const lines = Object.entries(tests).map(([id, reason]) => `- \`${id}\`: ${reason}`);
  return lines.length > 0 ? lines : ['None.'];
}

function counts(column: Column | undefined, suites: readonly Suite[]): string {
  if (!column) return '';
  const { results } = column;
  return `${share(results, suites, 'required')} required, ${share(results, suites, 'optimal')} optimal`;
}

function share(results: Results, suites: readonly Suite[], kind: 'required' | 'optimal'): string {
  const all = testsOf(suites, kind).length;
  return `${all - notPassed(suites, results, kind).length} of ${all}`;
}

function group(suite: Suite, columns: readonly Column[]): string[] {
  const cells = columns.map(({ results }) => {
    const judge = createJudge(SUITES, results);
    return `${suite.tests.filter(({ id }) => judge(id) === 'pass').length}/${suite.tests.length}`;
  });
  return [suite.name, ...cells];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
