import type { Cache } from '../cache.ts';
import type { Engine } from '../engine.ts';
import type { Invalidator } from '../invalidation/invalidate.ts';
import { checkInvalidation, forgetInvalidation } from '../invalidation/invalidate-options.ts';
import { removeFromSource } from '../writing/write-source.ts';
import type { Requests } from './requests.ts';

/** A part's calls that end entries. */
export type PartInvalidations = Pick<Cache, 'invalidate' | 'expire' | 'forget' | 'delete' | 'clear'>;

export interface PartInvalidationsOptions {
  readonly space: string;
  readonly requests: Requests;
  readonly invalidator: Invalidator;
}

export function createPartInvalidations(
  engine: Engine,
  { space, requests, invalidator }: PartInvalidationsOptions,
): PartInvalidations {
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
      const policy = requests.policyOf(options);
      const { address } = requests.readOf(key, policy, options);
      if (policy.source?.remove) await removeFromSource(engine, policy.source, address);
      const { memoryEntries, redisKeys } = await invalidator.run(checkInvalidation(space, 'invalidate', { key }));
      return memoryEntries + redisKeys > 0;
    },

    async clear(options) {
      return invalidator.run(checkInvalidation(space, 'invalidate', { all: true }, options));
    },
  };
}
