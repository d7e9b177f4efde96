import { hash } from 'node:crypto';
import { splitFieldList } from './field-list.ts';
import type { Fields } from './fields.ts';
import { parseStringList } from './structured-fields.ts';

/** As many as an entry takes beside its policy's own. */
const MOST_TAGS = 64;
const LONGEST_TAG = 256;
const PRINTABLE = /^[ -~]+$/;
const NO_TAGS: readonly string[] = Object.freeze([]);

/** The fields of caches in front of origins: tags by spaces, as Fastly and Varnish have them, and by commas. */
const BY_SPACES: ReadonlySet<string> = new Set(['surrogate-key', 'xkey']);

/** The tags that a response gives itself by a field of tags, in its order, each once. What is too long or too many is no tag. */
export function fieldTags(headers: Fields, fields: readonly string[]): readonly string[] {
  if (!fields.some((field) => headers.has(field))) return NO_TAGS;
  return usable(tagsIn((field) => headers.get(field), fields));
}

/** As many as others' APIs take in one request. */
const MOST_NAMED = 256;

/**
 * The tags that a request to remove names in these fields: `'none'` where it has none of the fields, `'unusable'` where a tag is
 * none that a response could have, or there are too many. Nothing is left out in silence.
 */
export function namedTags(
  header: (field: string) => string | undefined,
  fields: readonly string[],
): readonly string[] | 'none' | 'unusable' {
  if (fields.every((field) => header(field) === undefined)) return 'none';
  const tags = [...new Set(tagsIn(header, fields).filter((tag) => tag !== ''))];
  return tags.length > 0 && tags.length <= MOST_NAMED && tags.every(isUsable) ? tags : 'unusable';
}

function tagsIn(header: (field: string) => string | undefined, fields: readonly string[]): string[] {
  return fields.flatMap((field) => {
    const text = header(field);
    if (text === undefined) return [];
    return BY_SPACES.has(field) ? text.split(/[\s,]+/) : splitFieldList(text);
  });
}

/**
 * RFC 9875: the groups a response belongs to, or makes untrue, as tags. A group is one of its origin's: the same name
 * elsewhere is another group. A field with any error counts as absent.
 */
export function groupTags(field: string | undefined, authority: string): readonly string[] {
  // Most have none.
  if (field === undefined) return NO_TAGS;
  const groups = parseStringList(field);
  const origin = shortName(authority);
  return usable((groups ?? []).map((group) => `group ${origin} ${group}`));
}

/** Half a tag, at the most, so that no host leaves too little room for a group of 32 characters (RFC 9875 §2). */
function shortName(authority: string): string {
  const isShort = authority.length <= LONGEST_TAG / 2 && PRINTABLE.test(authority);
  return isShort ? authority : `#${hash('sha256', authority, 'base64url')}`;
}

function usable(tags: readonly string[]): string[] {
  return [...new Set(tags.filter(isUsable))].slice(0, MOST_TAGS);
}

function isUsable(tag: string): boolean {
  return tag.length <= LONGEST_TAG && PRINTABLE.test(tag);
}
