import { describe, expect, it } from 'vitest';
import type { Results, Suite } from './suite.ts';
import { createJudge, notPassed, withDependencies } from './verdicts.ts';

const suites: Suite[] = [
  {
    id: 'group',
    name: 'A group',
    tests: [
      { id: 'base', name: '', requests: [], kind: 'optimal' },
      { id: 'upon-base', name: '', requests: [], depends_on: ['base'] },
      { id: 'upon-that', name: '', requests: [], depends_on: ['upon-base'] },
      { id: 'alone', name: '', requests: [], kind: 'required' },
    ],
  },
];

describe('the judge', () => {
  it.each<[string, Results, string[]]>([
    [
      'a pass is a pass',
      { base: true, 'upon-base': true, 'upon-that': true, alone: true },
      ['pass', 'pass', 'pass', 'pass'],
    ],
    [
      'what depends on a failure says nothing, whatever its result',
      { base: ['Assertion', ''], 'upon-base': true, 'upon-that': true, alone: true },
      ['fail', 'dependency', 'dependency', 'pass'],
    ],
    [
      'a premise that did not hold, a harness that broke and a test that did not run are not passed',
      { base: true, 'upon-base': ['Setup', 'x'], alone: ['TypeError', 'x'] },
      ['pass', 'setup', 'untested', 'harness'],
    ],
  ])('%s', (_name, results, verdicts) => {
    const judge = createJudge(suites, results);
    expect(['base', 'upon-base', 'upon-that', 'alone'].map(judge)).toEqual(verdicts);
  });

  it('repeats a test with all that it depends on', () => {
    expect(withDependencies(suites, ['upon-that', 'alone'])).toEqual(['upon-that', 'alone', 'upon-base', 'base']);
  });

  it('counts tests without a kind as required', () => {
    const results: Results = { base: ['Assertion', ''], alone: ['Assertion', ''] };
    expect(notPassed(suites, results, 'required')).toEqual(['upon-base', 'upon-that', 'alone']);
    expect(notPassed(suites, results, 'optimal')).toEqual(['base']);
  });
});
