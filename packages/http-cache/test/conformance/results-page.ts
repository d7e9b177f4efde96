import { EXCEPTIONS, NOT_OPTIMAL } from './exceptions.ts';
import { PUBLISHED } from './published.ts';
import { type Results, SUITES, type Suite } from './suite.ts';
import { createJudge, notPassed, testsOf } from './verdicts.ts';

export interface Column {
  readonly name: string;
  readonly results: Results;
}

/** The page: what we pass, what others pass, what we do not pass and why, and how every group came out. */
export function resultsPage(columns: readonly Column[], safe: Column): string {
  const common = SUITES.filter(({ id }) => id !== 'cdn-cache-control');
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
      [...columns, ...published].map((column) => score(column, common)),
    ),
    '',
    `The suite’s group on Surrogate-Control, spoken through its successor CDN-Cache-Control (RFC 9213), is counted apart: ${counts(
      columns[0],
      SUITES.filter(({ id }) => id === 'cdn-cache-control'),
    )}.`,
    '',
    `These are the results with everything allowed that RFC 9111 allows. With the defaults, which store nothing personal and nothing that does not say it may be shared, the same gateway passes ${counts(safe, common)}: it fails no test by serving what it must not.`,
    '',
    '## Required, not passed, and why',
    '',
    ...Object.entries(EXCEPTIONS).map(([id, reason]) => `- \`${id}\`: ${reason}`),
    '',
    '## Optimal, not passed, and why',
    '',
    ...Object.entries(NOT_OPTIMAL).map(([id, reason]) => `- \`${id}\`: ${reason}`),
    '',
    '## By group: passed of all tests, checks included',
    '',
    ...table(
      ['group', ...[...columns, ...published].map(({ name }) => name)],
      common.map((suite) => group(suite, [...columns, ...published])),
    ),
    '',
  ].join('\n');
}

function score({ name, results }: Column, suites: readonly Suite[]): string[] {
  return [name, ...(['required', 'optimal'] as const).map((kind) => share(results, suites, kind))];
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
