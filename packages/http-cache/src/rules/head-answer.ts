import { isWeakMatch } from './entity-tag.ts';

/** What a response says of its content. */
export interface ContentMarks {
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
  readonly length: string | undefined;
}

/**
 * RFC 9111 §4.3.5: whether the answer to a HEAD speaks of other content than is stored: by a validator, or the length. What
 * only one of them says tells nothing.
 */
export function speaksOfOther(answered: ContentMarks, stored: ContentMarks): boolean {
  const differs = (one: string | undefined, other: string | undefined) =>
    one !== undefined && other !== undefined && one !== other;
  if (answered.etag !== undefined && stored.etag !== undefined && !isWeakMatch(answered.etag, stored.etag)) return true;
  return differs(answered.lastModified, stored.lastModified) || differs(answered.length, stored.length);
}
