import type { Codec } from '../codecs/codec.ts';
import { deepCopy } from '../codecs/deep-copy.ts';
import type { Engine } from '../engine.ts';
import { idOf } from '../entries/address.ts';
import type { Entry } from '../entries/entry.ts';
import type { Held } from '../entries/held.ts';
import type { Policy, PolicyMemory } from '../options/policies.ts';
import { findBuffered } from '../writing/find-buffered.ts';

/** What a part's readers find in what is held. */
export interface Hits {
  /** The path every hit takes: what it allocates and calls, every hit pays. */
  hitMemory(key: string, policy: Policy): Entry<unknown> | undefined;
  /** The entry, if it is fresh, or the part finds stale ones, too. */
  foundIn(held: Held | undefined): Entry<unknown> | undefined;
  /** As the policy wants its readers to have it. */
  handOut<Result extends { readonly value: unknown }>(result: Result, memory: PolicyMemory): Result;
}

export interface HitsOptions {
  readonly space: string;
  readonly codec: Codec<unknown> | undefined;
  readonly finds: 'fresh' | 'stale';
}

export function createHits(engine: Engine, { space, codec, finds }: HitsOptions): Hits {
  const ownsValues = codec === undefined;
  const findsStale = finds === 'stale';

  function foundIn(held: Held | undefined): Entry<unknown> | undefined {
    return held && (!held.goesStale || findsStale || engine.memory.isFresh(held)) ? held.entry : undefined;
  }

  function handOut<Result extends { readonly value: unknown }>(result: Result, { isCopied }: PolicyMemory): Result {
    return isCopied && ownsValues ? { ...result, value: deepCopy(result.value) } : result;
  }

  return {
    hitMemory(key, policy) {
      if (engine.mode === 'bypass') return undefined;
      const id = idOf(space, key);
      const held = engine.memory.find(id, space) ?? findBuffered(engine, id);
      // As `foundIn`, written out: by a call, a hit took a tenth longer.
      if (held === undefined || (held.goesStale && !findsStale && !engine.memory.isFresh(held))) return undefined;
      policy.outcomes.hitMemory += 1;
      return handOut(held.entry, policy.memory);
    },
    foundIn,
    handOut,
  };
}
