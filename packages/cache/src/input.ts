import { isPlain } from '@breakwater/core/redis';
import { checks, keyError, pairsError, patternError, tagError } from './errors.ts';

export const MAX_KEY_BYTES = 1024;
export const MAX_TAGS = 128;

// Control characters, and lone surrogates: UTF-8 has one form for all of those, so two keys in memory would be one in
// Redis.
const UNSAFE = /[\p{Cc}\p{Cs}]/u;

/** Whether it has no lone surrogates, for which UTF-8 has but one form. */
export function isWellFormed(text: string): boolean {
  return !/\p{Cs}/u.test(text);
}

/** The rule for keys, tags and patterns that `text` breaks, if it breaks one. */
function brokenRule(text: unknown): string | undefined {
  if (typeof text !== 'string' || text === '') return 'a text that is not empty';
  if (isLong(text)) return `at most ${MAX_KEY_BYTES} bytes of UTF-8`;
  return !isPlain(text) && UNSAFE.test(text) ? 'well-formed text without control characters' : undefined;
}

function isLong(text: string): boolean {
  // A UTF-16 unit is at most three bytes, so short texts need no count.
  return text.length * 3 > MAX_KEY_BYTES && Buffer.byteLength(text) > MAX_KEY_BYTES;
}

/** @throws CacheInputError `ERR_CACHE_KEY` unless `key` may name an entry. */
export function checkKey(key: unknown): asserts key is string {
  const rule = brokenRule(key);
  if (rule !== undefined) throw keyError(rule, key);
}

/** @throws CacheInputError `ERR_CACHE_TAG`. */
export function checkTag(tag: unknown): asserts tag is string {
  const rule = brokenRule(tag);
  if (rule !== undefined) throw tagError(`A tag must be ${rule}`, tag);
}

/** @throws CacheInputError `ERR_CACHE_PATTERN`. */
export function checkPattern(pattern: unknown): asserts pattern is string {
  const rule = brokenRule(pattern);
  if (rule !== undefined) throw patternError(rule, pattern);
}

/**
 * @returns the keys, each once, in their order.
 * @throws CacheInputError `ERR_CACHE_KEY`.
 */
export function uniqueKeys(keys: readonly string[]): readonly string[] {
  if (!Array.isArray(keys)) throw keyError('one of an array of keys', keys);
  for (const key of keys) checkKey(key);
  return [...new Set(keys)];
}

/**
 * @returns the tags, each once, in a new array.
 * @throws CacheInputError `ERR_CACHE_TAG`.
 */
export function checkTags(tags: readonly string[]): readonly string[] {
  if (!Array.isArray(tags)) throw tagError('tags must be an array', tags);
  for (const tag of tags) checkTag(tag);
  const unique = tags.length < 2 ? [...tags] : [...new Set(tags)];
  if (unique.length > MAX_TAGS) throw tagError(`An entry has at most ${MAX_TAGS} tags`, tags);
  return unique;
}

/**
 * @returns those of `tags` that `known` does not have, each once.
 * @throws CacheInputError `ERR_CACHE_TAG`.
 */
export function addedTags(tags: readonly string[], known: readonly string[]): readonly string[] {
  const added = checkTags(tags).filter((tag) => !known.includes(tag));
  if (added.length + known.length > MAX_TAGS) throw tagError(`An entry has at most ${MAX_TAGS} tags`, tags);
  return added;
}

/** Names of spaces, codecs and encryption keys stand in keys and frames. */
export function checkName(option: string, name: unknown): string {
  if (typeof name === 'string' && /^[a-z0-9-]{1,16}$/.test(name)) return name;
  throw checks.failure(option, 'one to 16 characters a-z, 0-9 and -', name);
}

/**
 * @returns the values by their keys; the last of a key counts.
 * @throws CacheInputError `ERR_CACHE_VALUE` for what is no list of pairs.
 */
export function valuesByKey(pairs: Iterable<readonly [string, unknown]>): Map<string, unknown> {
  if (typeof (pairs as Partial<typeof pairs> | null)?.[Symbol.iterator] !== 'function') throw pairsError(pairs);
  const values = new Map<string, unknown>();
  for (const pair of pairs) {
    if (!Array.isArray(pair)) throw pairsError(pair);
    values.set(pair[0], pair[1]);
  }
  return values;
}
