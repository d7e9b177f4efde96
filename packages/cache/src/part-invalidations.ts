import type { Cache } from './cache.ts';
import { checkKey, checkTarget } from './input.ts';
import type { Invalidator } from './invalidate.ts';
import { subjectTagOf } from './subject.ts';

/** A part's calls that end entries. */
export function createPartInvalidations(
  invalidator: Invalidator,
  space: string,
): Pick<Cache, 'invalidate' | 'expire' | 'forget' | 'delete' | 'clear'> {
  return {
    async invalidate(target) {
      return invalidator.invalidate(space, checkTarget(target));
    },

    async expire(target) {
      return invalidator.expire(space, checkTarget(target));
    },

    async forget(subject) {
      return invalidator.invalidate(space, { by: 'subject', tag: subjectTagOf(subject) });
    },

    async delete(key) {
      checkKey(key);
      const { memoryEntries, redisKeys } = await invalidator.invalidate(space, { by: 'key', keys: [key] });
      return memoryEntries + redisKeys > 0;
    },

    clear: () => invalidator.invalidate(space, { by: 'all' }),
  };
}
