// What `npm test` ends with: all tests, and a second look at what may be red by chance (docs/decisions/0035).

import { startVitest, type Vitest } from 'vitest/node';
import { type FileResult, isRed, resultOf, summaryOf } from './results.ts';
import { afterSecondLook, filesToLookAtAgain, namesOfTheUnsteady } from './second-look.ts';

const reporters = ['default'];

function resultsOf(vitest: Vitest): readonly FileResult[] {
  return vitest.state.getTestModules().map(resultOf);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

const whole = await startVitest('test', process.argv.slice(2), { run: true, reporters });
const first = resultsOf(whole);
let unhandledErrors = whole.state.getUnhandledErrors().length;
let files = first;

const again = filesToLookAtAgain(first, unhandledErrors);
if (again.length > 0) {
  const paths = again.map(({ file }) => file);
  print(`\nRed, and looked at again, alone: ${paths.join(', ')}`);
  const alone = await startVitest('test', paths, { run: true, reporters, maxWorkers: 1 });
  const second = resultsOf(alone);
  unhandledErrors = alone.state.getUnhandledErrors().length;
  files = afterSecondLook(first, second);
  print('');
  for (const line of namesOfTheUnsteady(first, second)) print(line);
}

print(`\n${summaryOf(files, unhandledErrors)}`);
const isGreen = files.length > 0 && unhandledErrors === 0 && !files.some(isRed);
process.exit(isGreen ? 0 : 1);
