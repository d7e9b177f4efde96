import type { Header } from './handler-headers.ts';

/** RFC 9111 §3.2: of a 304, what is said of the bytes that are stored is not taken over; and these are strong words of theirs. */
const OF_THE_BYTES: ReadonlySet<string> = new Set([
  'content-encoding',
  'content-length',
  'content-md5',
  'content-range',
  'etag',
]);

/** The stored headers with those that a 304 brings: each name it has stands in place of the stored ones. */
export function freshenedHeaders(stored: readonly Header[], update: readonly Header[]): Header[] {
  const news = update.filter(([name]) => !OF_THE_BYTES.has(name));
  const names = new Set(news.map(([name]) => name));
  // An age is of one response; the 304's own counts from now on.
  return [...stored.filter(([name]) => !names.has(name) && name !== 'age'), ...news];
}
