import { isSubjectTag } from '../encryption/subject.ts';
import { NAMESPACE_TAG } from '../generations/generations.ts';

/** Without the tags of the cache's own: that of the whole namespace, and those of subjects, which name users. */
export function userTagsIn(tags: readonly string[]): readonly string[] {
  return tags.filter((tag) => tag !== NAMESPACE_TAG && !isSubjectTag(tag));
}
