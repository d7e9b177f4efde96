import { type FileResult, isRed } from './results.ts';

/** Their tests have real servers, sockets and seconds, on a machine that others may keep busy. */
const LOOKED_AT_AGAIN: ReadonlySet<string> = new Set(['redis', 'doors', 'conformance']);
/** More than these are no matter of chance. */
const MOST_FILES = 3;

/** The red files that are run once more, alone: all of them, or none where the run is green or cannot become so. */
export function filesToLookAtAgain(files: readonly FileResult[], unhandledErrors: number): readonly FileResult[] {
  const red = files.filter(isRed);
  const mayBeChance = unhandledErrors === 0 && red.every(({ project }) => LOOKED_AT_AGAIN.has(project));
  return mayBeChance && red.length <= MOST_FILES ? red : [];
}

/** What is known after the second look: its files count as it saw them. One that it did not see stays as it was. */
export function afterSecondLook(first: readonly FileResult[], second: readonly FileResult[]): readonly FileResult[] {
  return first.map((result) => second.find(({ file }) => file === result.file) ?? result);
}

/** A line for every test that was red and whose file was green alone: each of them has to be mended. */
export function namesOfTheUnsteady(first: readonly FileResult[], second: readonly FileResult[]): readonly string[] {
  const greenAlone = new Set(second.filter((result) => !isRed(result)).map(({ file }) => file));
  return first
    .filter((result) => isRed(result) && greenAlone.has(result.file))
    .flatMap(({ project, file, tests }) => {
      const failed = tests.filter(({ state }) => state === 'failed').map(({ name }) => ` > ${name}`);
      return (failed.length > 0 ? failed : ['']).map((name) => `red at first, green alone: ${project} ${file}${name}`);
    });
}
