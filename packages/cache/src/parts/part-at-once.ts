import type { SpaceAtOnce } from '../cache.ts';
import type { Engine } from '../engine.ts';
import { reserveInMemory } from '../loading/reservation.ts';
import type { Found, ReadOptions } from '../options/call-options.ts';
import type { Part } from './part.ts';
import { createRequests, type RequestsOptions } from './requests.ts';

export interface PartAtOnce extends Pick<SpaceAtOnce<unknown>, 'reserve'> {
  lookup<Value>(key: string, options?: ReadOptions): Found<Value> | undefined;
}

/** A part's calls that need no promise where memory is all there is. */
export function createPartAtOnce(engine: Engine, { peek }: Pick<Part, 'peek'>, options: RequestsOptions): PartAtOnce {
  const { policyOf, callOf, termsOf } = createRequests(engine, options);
  return {
    lookup<Value>(key: string, read?: ReadOptions) {
      const entry = peek<Value>(key, read);
      if (entry) return { entry, tier: 'memory' as const };
      policyOf(read).outcomes[engine.mode === 'bypass' ? 'bypass' : 'miss'] += 1;
      return undefined;
    },

    reserve(key, write) {
      const policy = policyOf(write);
      return reserveInMemory(engine, callOf(key, policy), termsOf(key, policy, write));
    },
  };
}
