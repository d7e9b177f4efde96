import type { Engine } from '../engine.ts';
import { checks } from '../errors.ts';
import { expiriesIn, idIn } from '../generations/generation-id.ts';
import { checkTag } from '../input.ts';
import { isFailure } from '../redis/redis-state.ts';
import { createWalks, type Walked } from './create-walks.ts';
import { hotKeysOf } from './hot-keys.ts';
import { measureMemory } from './inspect-memory.ts';
import type { CacheInspection } from './inspection.ts';

export interface InspectionOptions extends Walked {
  /** The generation of a tag as this process knows it. */
  readonly known: (tag: string) => { readonly id: string } | undefined;
}

export function createInspection(engine: Engine, { known, ...walked }: InspectionOptions): CacheInspection {
  const { memory } = engine;
  const { dependencies } = walked;

  return {
    ...createWalks(engine, walked, ''),

    hotKeys: (limit) => hotKeysOf(memory, checks.integer('limit', limit)),

    async describeTag(tag) {
      checkTag(tag);
      const ids = await engine.redis?.readGenerations([tag]);
      const shared = ids === undefined || isFailure(ids) ? known(tag)?.id : ids[0];
      return {
        tag,
        generation: shared && idIn(shared),
        expiredAtMs: expiriesIn(shared ?? ''),
        memory: measureMemory(memory, { keys: [], tags: [tag], patterns: [] }),
        dependents: dependencies.withDependents([tag]).slice(1),
      };
    },
  };
}
