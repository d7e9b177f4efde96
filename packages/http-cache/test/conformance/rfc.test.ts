import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { EXCEPTIONS, NOT_OPTIMAL } from './exceptions.ts';
import { faultsOf, type Shelf, sentencesOf } from './rfc-page.ts';
import { SUITES } from './suite.ts';
import { testsOf } from './verdicts.ts';

const PAGE = readFileSync(new URL('RFC.md', import.meta.url), 'utf8');
const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));

function sourcesOfTests(): Map<string, string> {
  const files = globSync('{src,test}/**/*.test.ts', { cwd: PACKAGE });
  return new Map(files.map((file) => [basename(file, '.test.ts'), readFileSync(`${PACKAGE}/${file}`, 'utf8')]));
}

/** Those that `conformance.test.ts` expects to pass. */
function passedIds(): Set<string> {
  const held = [...testsOf(SUITES, 'required'), ...testsOf(SUITES, 'optimal')];
  return new Set(held.filter((id) => !(id in EXCEPTIONS) && !(id in NOT_OPTIMAL)));
}

describe('the table of what the RFCs ask for', () => {
  const sentences = sentencesOf(PAGE);

  it('names tests that exist', () => {
    const shelf = { sources: sourcesOfTests(), suiteIds: passedIds() };
    expect(sentences.flatMap((sentence) => faultsOf(sentence, shelf))).toEqual([]);
  });

  it('is read to its last row', () => {
    const rows = PAGE.split('\n').filter((line) => /^\| (?!§|---)/.test(line));
    expect(sentences).toHaveLength(rows.length);
    for (const { word } of sentences) expect(word).toMatch(/^(?:MUST|MUST NOT|SHOULD|SHOULD NOT|MAY|says|should|can)$/);
  });
});

describe('a sentence', () => {
  const shelf: Shelf = {
    sources: new Map([
      ['eggs', "it('are boiled', () => {});\nit.each([['soft', 3]])(\n  '%s: %i', async (how) => {});"],
    ]),
    suiteIds: new Set(['one', 'two']),
  };
  const faults = (cell: string, here = '') =>
    sentencesOf(`## RFC 1\n| 2.1 | MUST | boil | ${here} | ${cell} |`).flatMap((sentence) => faultsOf(sentence, shelf));

  it.each(['`eggs` are boiled', '`eggs` %s: %i · soft', 'suite `one`, `two`', '`eggs` are boiled<br>suite `one`'])(
    'is shown by %s',
    (cell) => expect(faults(cell)).toEqual([]),
  );

  it.each([
    ['—', 'nothing shows it'],
    ['`bacon` are boiled', 'no file bacon.test.ts'],
    ['`eggs` are fried', 'no test “are fried” in eggs'],
    ['`eggs` soft', 'no test “soft” in eggs'],
    ['`eggs` %s: %i · hard', 'no row “hard” in eggs'],
    ['suite `one`, `three`', 'no test three is passed'],
    ['eggs are boiled', 'cannot be read: eggs are boiled'],
    ['suite one', 'cannot be read: suite one'],
  ])('is not shown by %s', (cell, fault) => {
    expect(faults(cell)).toEqual([`RFC 1 §2.1: ${fault}`]);
  });

  it.each(['left out', 'not used: nobody has to'])('need not be shown where it is %s', (here) => {
    expect(faults('—', here)).toEqual([]);
  });
});
