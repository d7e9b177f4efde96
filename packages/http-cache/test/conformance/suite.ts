import { getResults, runTests } from 'http-cache-tests/client/runner.mjs';
import suites from 'http-cache-tests/tests/index.mjs';
import surrogateControl from 'http-cache-tests/tests/surrogate-control.mjs';
import { AMENDED } from './amended.ts';
import { plainFetch } from './client.ts';
import { isChosen, type SuiteTest } from './suite-test.ts';

/** A group of the public suite's tests. */
export interface Suite {
  readonly name: string;
  readonly id: string;
  readonly tests: readonly SuiteTest[];
}

/** By test id: passed, or why not. `Setup`: the premise of the test did not hold. */
export type Results = Readonly<Record<string, true | readonly [kind: string, message: string]>>;

/** What Surrogate-Control has and a dictionary of RFC 9213 has not: a device's name, keys in capitals, a request header. */
const OF_SURROGATES = /-target$|-case-insensitive$|append-capabilities$|remove-header$/;

/** The tests that are for a proxy, as they were when the published results were taken. */
export const COMMON: readonly Suite[] = suites.map((suite) => ({
  ...suite,
  tests: suite.tests.filter(({ id, browser_only }) => !browser_only && !AMENDED.has(id)),
}));

/** Those that the suite's authors have turned round since. */
export const TURNED: Suite = {
  name: 'As they are today',
  id: 'turned',
  tests: suites.flatMap(({ tests }) => tests.flatMap((test) => AMENDED.get(test.id)?.(test) ?? [])),
};

export const TARGETED: Suite = targeted(surrogateControl);

export const SUITES: readonly Suite[] = [...COMMON, TURNED, TARGETED];

/** The copy on npm is older than RFC 9213 and tests its forerunner: the same cases, said through `CDN-Cache-Control`. */
function targeted(suite: Suite): Suite {
  const said = JSON.stringify(suite.tests.filter(({ id }) => !OF_SURROGATES.test(id)))
    .replaceAll('Surrogate-Control', 'CDN-Cache-Control')
    .replaceAll('surrogate-', 'cdn-')
    .replaceAll(';CAPABILITY_TARGET', '');
  return { name: 'CDN-Cache-Control', id: 'cdn-cache-control', tests: JSON.parse(said) };
}

/** Runs them all at once against a cache, once a process: the suite keeps its results in its modules. */
export async function runSuite(url: string, ids: readonly string[] = []): Promise<Results> {
  const chosen = SUITES.map((suite) => ({ ...suite, tests: suite.tests.filter(({ id }) => isChosen(id, ids)) }));
  await runTests(chosen, plainFetch, false, url, Number.POSITIVE_INFINITY);
  return getResults();
}
