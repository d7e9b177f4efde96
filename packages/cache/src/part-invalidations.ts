import { addressOf } from './address.ts';
import type { Cache } from './cache.ts';
import type { Engine } from './engine.ts';
import { checkKey } from './input.ts';
import type { Invalidator } from './invalidate.ts';
import { checkInvalidation, forgetInvalidation } from './invalidate-options.ts';
import type { Requests } from './requests.ts';
import { removeFromSource } from './write-source.ts';

/** A part's calls that end entries. */
export function createPartInvalidations(
  engine: Engine,
  invalidator: Invalidator,
  { space, policyOf }: { readonly space: string; readonly policyOf: Requests['policyOf'] },
): Pick<Cache, 'invalidate' | 'expire' | 'forget' | 'delete' | 'clear'> {
  return {
    async invalidate(target, options) {
      return invalidator.run(checkInvalidation(space, 'invalidate', target, options));
    },

    async expire(target, options) {
      return invalidator.run(checkInvalidation(space, 'expire', target, options));
    },

    async forget(subject) {
      return invalidator.run(forgetInvalidation(subject));
    },

    async delete(key, options) {
      const { source } = policyOf(options);
      checkKey(key);
      if (source?.remove) await removeFromSource(engine, source, addressOf(space, key));
      const { memoryEntries, redisKeys } = await invalidator.run(checkInvalidation(space, 'invalidate', { key }));
      return memoryEntries + redisKeys > 0;
    },

    async clear(options) {
      return invalidator.run(checkInvalidation(space, 'invalidate', { all: true }, options));
    },
  };
}
