import { describe, expect, it } from 'vitest';
import { type FileResult, summaryOf, type TestResult } from './results.ts';
import { afterSecondLook, filesToLookAtAgain, namesOfTheUnsteady } from './second-look.ts';

const file = (name: string, states: string, project = 'redis', hasErrors = false): FileResult => ({
  project,
  file: name,
  hasErrors,
  tests: [...states].map(
    (letter, index): TestResult => ({
      name: `test ${index}`,
      state: letter === 'x' ? 'failed' : 'passed',
    }),
  ),
});

describe('a second look', () => {
  it.each([
    ['of a green run is taken at nothing', [file('a', '..')], 0, []],
    ['is taken at up to three red files', [file('a', 'x'), file('b', '.'), file('c', 'x'), file('d', 'xx')], 0, 'acd'],
    ['is not taken at more', ['a', 'b', 'c', 'd'].map((name) => file(name, 'x')), 0, ''],
    ['is taken at files with sockets and seconds', [file('a', 'x', 'doors'), file('b', 'x', 'conformance')], 0, 'ab'],
    ['is not taken where a unit is red', [file('a', 'x'), file('b', 'x', 'unit')], 0, ''],
    ['is not taken where an error belongs to no test', [file('a', 'x')], 1, ''],
    ['is taken at a file that could not begin', [file('a', '', 'doors', true)], 0, 'a'],
  ])('%s', (_rule, files, unhandledErrors, expected) => {
    expect(filesToLookAtAgain(files, unhandledErrors).map((result) => result.file)).toEqual([...expected]);
  });

  const first = [file('a', '.x'), file('b', '..'), file('c', '', 'doors', true)];

  it('counts a file as it was alone, and names what was red at first', () => {
    const second = [file('a', '..'), file('c', '.', 'doors')];
    expect(summaryOf(afterSecondLook(first, second), 0)).toBe('5 passed, 0 failed');
    expect(namesOfTheUnsteady(first, second)).toEqual([
      'red at first, green alone: redis a > test 1',
      'red at first, green alone: doors c',
    ]);
  });

  it('leaves red what fails twice, in whichever of its tests, and what it has not seen', () => {
    const second = [file('a', 'x.')];
    expect(summaryOf(afterSecondLook(first, second), 0)).toBe('3 passed, 2 failed');
    expect(namesOfTheUnsteady(first, second)).toEqual([]);
  });
});
