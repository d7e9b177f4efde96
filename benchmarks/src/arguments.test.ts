import { expect, it } from 'vitest';
import { parseArguments } from './arguments.ts';

const TOPICS = ['http', 'memory'];

it.each([
  [[], { do: 'list' }],
  [['http'], { do: 'run', topic: 'http', quick: false, check: false }],
  [['memory', '--quick'], { do: 'run', topic: 'memory', quick: true, check: false }],
  [['--check', 'http', '--quick'], { do: 'run', topic: 'http', quick: true, check: true }],
  [['--', 'http'], { do: 'run', topic: 'http', quick: false, check: false }],
])('%j is understood', (words, command) => {
  expect(parseArguments(words, TOPICS)).toEqual(command);
});

it.each([
  [['htp'], 'Unknown topic htp. Topics: http, memory.'],
  [['http', '--fast'], 'Unknown flag --fast. Flags: --quick, --check.'],
  [['http', '-q'], 'Unknown flag -q. Flags: --quick, --check.'],
  [['http', 'memory'], 'One topic at a time, got http and memory.'],
  [['--check'], 'Which topic? Topics: http, memory.'],
])('%j is refused in one line that says what there is', (words, message) => {
  expect(parseArguments(words, TOPICS)).toEqual({ do: 'refuse', message });
});
