import { tagError } from '../errors.ts';

/**
 * The tags of a place in a hierarchy: one for each level above it, and its own. `tagPath('product', 42, 'reviews')` is
 * `product:*`, `product:42:*` and `product:42:reviews`: an entry that carries them ends with each of the three.
 *
 * @param parts what the levels are named. `:`, `*` and `%` in them are escaped, so that none stands for another place.
 * @throws CacheInputError `ERR_CACHE_TAG` without parts, or for an empty one.
 */
export function tagPath(...parts: readonly (string | number)[]): readonly string[] {
  const names = escapeAll(parts);
  return names.map((_, index) => (index === names.length - 1 ? names.join(':') : below(names.slice(0, index + 1))));
}

/** The tag of all that lies below a place, to invalidate: `tagsBelow('product', 42)` is `product:42:*`. */
export function tagsBelow(...parts: readonly (string | number)[]): string {
  return below(escapeAll(parts));
}

function below(names: readonly string[]): string {
  return `${names.join(':')}:*`;
}

function escapeAll(parts: readonly (string | number)[]): readonly string[] {
  if (parts.length === 0) throw tagError('A place in a hierarchy has at least one part', parts);
  return parts.map((part) => {
    if (part === '') throw tagError('No part of a place in a hierarchy is empty', parts);
    return String(part).replace(/[%:*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  });
}
