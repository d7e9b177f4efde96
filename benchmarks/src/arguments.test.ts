import { expect, it } from 'vitest';
import { isAskedFor, parseArguments } from './arguments.ts';

const TOPICS = ['http', 'memory', 'pool/1', 'pool/50'];

it.each([
  [[], { do: 'list' }],
  [['http'], { do: 'run', topic: 'http', quick: false, check: false }],
  [['memory', '--quick'], { do: 'run', topic: 'memory', quick: true, check: false }],
  [['--check', 'http', '--quick'], { do: 'run', topic: 'http', quick: true, check: true }],
  [['pool'], { do: 'run', topic: 'pool', quick: false, check: false }],
  [['pool/50'], { do: 'run', topic: 'pool/50', quick: false, check: false }],
  [['--', 'http'], { do: 'run', topic: 'http', quick: false, check: false }],
])('%j is understood', (words, command) => {
  expect(parseArguments(words, TOPICS)).toEqual(command);
});

it('a part is asked for by its own name and by that of its group, and by no beginning of either', () => {
  const asking = (asked: string) => TOPICS.filter((name) => isAskedFor(name, asked));
  expect(asking('pool')).toEqual(['pool/1', 'pool/50']);
  expect(asking('pool/1')).toEqual(['pool/1']);
  expect(asking('po')).toEqual([]);
});

it.each([
  [['htp'], 'Unknown topic htp. Topics: http, memory, pool/1, pool/50.'],
  [['http', '--fast'], 'Unknown flag --fast. Flags: --quick, --check.'],
  [['http', '-q'], 'Unknown flag -q. Flags: --quick, --check.'],
  [['http', 'memory'], 'One topic at a time, got http and memory.'],
  [['--check'], 'Which topic? Topics: http, memory, pool/1, pool/50.'],
])('%j is refused in one line that says what there is', (words, message) => {
  expect(parseArguments(words, TOPICS)).toEqual({ do: 'refuse', message });
});
