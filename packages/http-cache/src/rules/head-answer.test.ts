import { expect, it } from 'vitest';
import { type ContentMarks, speaksOfOther } from './head-answer.ts';

const stored: ContentMarks = { etag: '"a"', lastModified: 'Sun, 06 Nov 1994 08:49:37 GMT', length: '5' };
const silent: ContentMarks = { etag: undefined, lastModified: undefined, length: undefined };

it.each<[string, Partial<ContentMarks>, boolean]>([
  ['nothing', {}, false],
  ['the same tag', { etag: '"a"' }, false],
  ['the same tag, weak', { etag: 'W/"a"' }, false],
  ['another tag', { etag: '"b"' }, true],
  ['another date', { etag: '"a"', lastModified: 'Mon, 07 Nov 1994 08:49:37 GMT' }, true],
  ['the same length', { length: '5' }, false],
  ['another length', { etag: '"a"', length: '6' }, true],
])('a HEAD that says %s', (_what, said, isOther) => {
  expect(speaksOfOther({ ...silent, ...said }, stored)).toBe(isOther);
  expect(speaksOfOther({ ...silent, ...said }, silent)).toBe(false);
});
