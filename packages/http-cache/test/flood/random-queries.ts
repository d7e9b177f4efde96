import { randomUUID } from 'node:crypto';

/** The page as it is, and between two of those 99 with a parameter that nobody sent before. */
export function* randomQueries(path: string, count: number): Generator<readonly [url: string]> {
  for (let index = 0; index < count; index += 1) {
    if (index % 99 === 0) yield [path];
    yield [`${path}?x=${randomUUID()}`];
  }
  yield [path];
}
