import { expect, it } from 'vitest';
import { freshenedHeaders } from './freshen.ts';

it('takes a 304’s headers in place of the stored ones, but for those that speak of the stored bytes', () => {
  const stored = [
    ['etag', '"a"'],
    ['content-length', '5'],
    ['content-encoding', 'gzip'],
    ['cache-control', 'max-age=1'],
    ['age', '4'],
    ['x-kept', 'yes'],
  ] as const;
  const update = [
    ['cache-control', 'max-age=9'],
    ['etag', '"b"'],
    ['content-length', '0'],
    ['content-encoding', 'br'],
    ['x-new', '1'],
  ] as const;
  expect(freshenedHeaders(stored, update)).toEqual([
    ['etag', '"a"'],
    ['content-length', '5'],
    ['content-encoding', 'gzip'],
    ['x-kept', 'yes'],
    ['cache-control', 'max-age=9'],
    ['x-new', '1'],
  ]);
});
