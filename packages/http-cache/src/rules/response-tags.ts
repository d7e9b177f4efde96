import { splitFieldList } from './field-list.ts';
import { parseStringList } from './structured-fields.ts';

/** As many as an entry takes beside its policy's own. */
const MOST_TAGS = 64;
const LONGEST_TAG = 256;

/** The fields of caches in front of origins: tags by spaces, as Fastly and Varnish have them, and by commas. */
const BY_SPACES: ReadonlySet<string> = new Set(['surrogate-key', 'xkey']);

/** The tags that a response gives itself by a field of tags, in its order, each once. What is too long or too many is no tag. */
export function fieldTags(headers: ReadonlyMap<string, string>, fields: readonly string[]): string[] {
  const tags = fields.flatMap((field) => {
    const text = headers.get(field);
    if (text === undefined) return [];
    return BY_SPACES.has(field) ? text.split(/[\s,]+/) : splitFieldList(text);
  });
  return usable(tags);
}

/**
 * RFC 9875: the groups a response belongs to, or makes untrue, as tags. A group is one of its origin's: the same name
 * elsewhere is another group. A field with any error counts as absent.
 */
export function groupTags(field: string | undefined, authority: string): string[] {
  const groups = field === undefined ? undefined : parseStringList(field);
  return usable((groups ?? []).map((group) => `group ${authority} ${group}`));
}

function usable(tags: readonly string[]): string[] {
  const known = new Set(tags.filter((tag) => tag !== '' && tag.length <= LONGEST_TAG && /^[ -~]*$/.test(tag)));
  return [...known].slice(0, MOST_TAGS);
}
