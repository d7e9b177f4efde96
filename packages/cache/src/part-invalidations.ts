import { addressOf } from './address.ts';
import type { Cache } from './cache.ts';
import type { Engine } from './engine.ts';
import { checkKey, checkTarget } from './input.ts';
import type { Invalidator } from './invalidate.ts';
import type { Requests } from './requests.ts';
import { subjectTagOf } from './subject.ts';
import { removeFromSource } from './write-source.ts';

/** A part's calls that end entries. */
export function createPartInvalidations(
  engine: Engine,
  invalidator: Invalidator,
  { space, policyOf }: { readonly space: string; readonly policyOf: Requests['policyOf'] },
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

    async delete(key, options) {
      const { source } = policyOf(options);
      checkKey(key);
      if (source?.remove) await removeFromSource(engine, source, addressOf(space, key));
      const { memoryEntries, redisKeys } = await invalidator.invalidate(space, { by: 'key', keys: [key] });
      return memoryEntries + redisKeys > 0;
    },

    clear: () => invalidator.invalidate(space, { by: 'all' }),
  };
}
