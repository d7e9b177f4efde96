import { describe, expect, it } from 'vitest';
import { notPassedLines, readNotPassed } from './not-passed.ts';
import type { JudgedSuite } from './verdicts.ts';

const suites: JudgedSuite[] = [
  { tests: [{ id: 'one' }, { id: 'two=2', kind: 'check' }, { id: 'upon-one', depends_on: ['one'] }] },
];
const none = { one: true, 'two=2': true, 'upon-one': true } as const;
const failed = ['Assertion', ''] as const;

describe('what was not passed', () => {
  const lines = notPassedLines(suites, [
    { name: 'Memory', results: { ...none, one: failed } },
    { name: 'Redis', results: { ...none, 'two=2': failed } },
    { name: 'Both', results: { ...none, one: failed } },
  ]);

  it('is a line for all that came out alike', () => {
    expect(lines).toEqual(['- Memory; Both: `one` `upon-one`', '- Redis: `two=2`']);
  });

  it('is read as it was written', () => {
    const page = ['# A page', '- `one`: not a column, a reason', ...lines].join('\n');
    expect(Object.fromEntries(readNotPassed(page))).toEqual({
      Memory: new Set(['one', 'upon-one']),
      Both: new Set(['one', 'upon-one']),
      Redis: new Set(['two=2']),
    });
  });
});
