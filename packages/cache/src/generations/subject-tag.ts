import { createHash } from 'node:crypto';
import { subjectError } from '../errors.ts';
import { isWellFormed, MAX_KEY_BYTES } from '../input.ts';

// Users' tags have no control characters, so none of them is a subject's.
const MARK = '\u001e';

/**
 * A subject is a tag of a kind of its own: its generation in Redis is a data key, so that to invalidate the tag is to
 * forget the subject. It is hashed, since tags stand in entries and messages; whoever can guess a subject can still
 * recognise it.
 *
 * @throws CacheInputError `ERR_CACHE_SUBJECT`.
 */
export function subjectTagOf(subject: unknown): string {
  if (typeof subject !== 'string' || subject === '') throw subjectError('a text that is not empty', subject);
  if (subject.length > MAX_KEY_BYTES) throw subjectError(`at most ${MAX_KEY_BYTES} characters`, subject.length);
  // UTF-8 has one form for all lone surrogates: two such subjects would have one hash.
  if (!isWellFormed(subject)) throw subjectError('well-formed text', subject);
  return MARK + createHash('sha256').update(subject).digest('base64url').slice(0, 22);
}

export function isSubjectTag(tag: string): boolean {
  return tag.startsWith(MARK);
}
