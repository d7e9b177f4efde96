import { EXCEPTIONS, NOT_OPTIMAL } from './exceptions.ts';
import { notPassedLines } from './not-passed.ts';
import { OWN } from './own/run-own.ts';
import { PUBLISHED } from './published.ts';
import { COMMON, type Results, SUITES, type Suite, TARGETED, TURNED } from './suite.ts';
import { createJudge, type JudgedSuite, testsOf } from './verdicts.ts';

/** All that is run, in whose light a result is judged. */
export const ALL: readonly JudgedSuite[] = [...SUITES, OWN];

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
    '## The suite of today',
    '',
    ...today(columns),
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
    '## All that is not passed, checks included',
    '',
    'Checks ask what a cache does where it is free to do either. What comes out otherwise than it stands here is run again',
    'before it is written down.',
    '',
    '<details><summary>Test by test</summary>',
    '',
    ...notPassedLines(ALL, [...columns, safe]),
    '',
    '</details>',
    '',
  ].join('\n');
}

/** What came since 0.4.5 is asked by tests of our own, for nobody can have it from npm. */
function today(columns: readonly Column[]): string[] {
  const [before, since] = [COMMON, [OWN]].map((suites) => testsOf(suites, 'optimal').length) as [number, number];
  return [
    `The suite has grown: it has ${before + since} optimal tests by now, the ${before} above and ${since} that came later, and with them ${testsOf([OWN], 'required').length} required ones. npm has no copy of those. So they are asked here by tests of our own (\`own/\`), written from the RFCs, one for each of the suite’s later tests and under its name. They are no run of the suite, and nobody else’s results are known by them.`,
    '',
    ...table(
      ['', 'required, since 0.4.5', 'optimal, since 0.4.5', 'optimal, all'],
      columns.map(({ name, results }) => [
        name,
        share(results, [OWN], 'required'),
        share(results, [OWN], 'optimal'),
        share(results, [...COMMON, OWN], 'optimal'),
      ]),
    ),
    '',
    ...table(
      ['what a cache does', 'by', 'in the suite', 'kind'],
      OWN.tests.map(({ name, rule, asks, kind }) => [name, rule, `\`${asks}\``, kind]),
    ),
  ];
}

function score({ name, results }: Column): string[] {
  return [name, ...(['required', 'optimal'] as const).map((kind) => share(results, COMMON, kind))];
}

function reasons(tests: Readonly<Record<string, string>>): string[] {
  const lines = Object.entries(tests).map(([id, reason]) => `- \`${id}\`: ${reason}`);
  return lines.length > 0 ? lines : ['None.'];
}

function counts(column: Column | undefined, suites: readonly JudgedSuite[]): string {
  if (!column) return '';
  const { results } = column;
  return `${share(results, suites, 'required')} required, ${share(results, suites, 'optimal')} optimal`;
}

function share(results: Results, suites: readonly JudgedSuite[], kind: 'required' | 'optimal'): string {
  const judge = createJudge(ALL, results);
  const ids = testsOf(suites, kind);
  return `${ids.filter((id) => judge(id) === 'pass').length} of ${ids.length}`;
}

function group(suite: Suite, columns: readonly Column[]): string[] {
  const cells = columns.map(({ results }) => {
    const judge = createJudge(ALL, results);
    return `${suite.tests.filter(({ id }) => judge(id) === 'pass').length}/${suite.tests.length}`;
  });
  return [suite.name, ...cells];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
