import { NAMESPACE_TAG } from './generations.ts';
import { isSubjectTag } from './subject-tag.ts';

/** Whether a tag is none of the cache's own: not that of the whole namespace, nor one of a subject, which names a user. */
export function isUserTag(tag: string): boolean {
  return tag !== NAMESPACE_TAG && !isSubjectTag(tag);
}

export function userTagsIn(tags: readonly string[]): readonly string[] {
  return tags.filter(isUserTag);
}
