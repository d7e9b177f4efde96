import type { SuiteTest } from './suite-test.ts';

type Amend = (test: SuiteTest) => SuiteTest;

/** RFC 9111 §5.1: an `Age` that is no number is ignored, and of several the first counts. */
const served: Amend = (test) => withLast(test, { expected_type: 'cached' });

/** Nothing is required of an age with a parameter any more. */
const unspecified: Amend = (test) => ({ ...test, kind: 'check' });

/** Without an answer of the origin there is an error of the gateway's own; what is stored is told by the origin's header. */
const refused: Amend = (test) => {
  const { expected_type: _, ...last } = test.requests.at(-1) ?? {};
  const expected = { expected_status: 502, check_body: false, expected_response_headers_missing: ORIGIN_MARK };
  return { ...test, requests: [...test.requests.slice(0, -1), { ...last, ...expected }] };
};

const ORIGIN_MARK = ['server-request-count'];

function withLast(test: SuiteTest, change: SuiteTest['requests'][number]): SuiteTest {
  return { ...test, requests: [...test.requests.slice(0, -1), { ...test.requests.at(-1), ...change }] };
}

/** Tests that the suite has turned round since it was published on npm, by what they demand today. */
export const AMENDED: ReadonlyMap<string, Amend> = new Map([
  ...of(
    served,
    ['nonnumeric', 'negative', 'float', 'prefix-twoline', 'dup-0', 'dup-0-twoline', 'dup-old'],
    'age-parse-',
  ),
  ...of(unspecified, ['parameter', 'numeric-parameter'], 'age-parse-'),
  ...of(refused, ['must-revalidate', 'proxy-revalidate', 'no-cache', 's-maxage=2'], 'stale-close-'),
]);

function of(amend: Amend, names: readonly string[], prefix: string): [string, Amend][] {
  return names.map((name) => [`${prefix}${name}`, amend]);
}
