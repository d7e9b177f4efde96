import { createHash } from 'node:crypto';
import { subjectError } from '../errors.ts';
import { isWellFormed, MAX_KEY_BYTES } from '../input.ts';

// Users' tags have no control characters, so none of them is a subject's.
const MARK = '\u001e';

/**
 * Whom an entry is about is a tag of its own kind: its generation in Redis is a data key, so that to invalidate it is to
 * forget the subject. Hashed, since it stands in entries and messages; a subject that can be guessed can be recognised.
 *
 * @throws CacheInputError `ERR_CACHE_SUBJECT`.
 */
export function subjectTagOf(subject: unknown): string {
  if (typeof subject !== 'string' || subject === '') throw subjectError('a text that is not empty', subject);
  if (subject.length > MAX_KEY_BYTES) throw subjectError(`at most ${MAX_KEY_BYTES} characters`, subject.length);
  // Hashed, two that are not would be one subject.
  if (!isWellFormed(subject)) throw subjectError('well-formed text', subject);
  return MARK + createHash('sha256').update(subject).digest('base64url').slice(0, 22);
}

export function isSubjectTag(tag: string): boolean {
  return tag.startsWith(MARK);
}
