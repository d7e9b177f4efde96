import type { Cache } from '../cache.ts';
import type { Call, Engine } from '../engine.ts';
import type { Invalidator } from '../invalidation/invalidate.ts';
import { checkInvalidation } from '../invalidation/invalidate-options.ts';
import type { ReadOptions } from '../options/call-options.ts';
import type { Policy } from '../options/policies.ts';
import { readForLoad } from '../redis/read-redis.ts';
import type { RedisTier } from '../redis/redis-tier.ts';
import type { Hits } from './hits.ts';
import type { Requests } from './requests.ts';

/** A part's call that reads and removes at once. */
export type PartTake = Pick<Cache, 'take'>;

export interface PartTakeOptions {
  readonly space: string;
  readonly requests: Requests;
  readonly hits: Hits;
  readonly invalidator: Invalidator;
}

export function createPartTake(engine: Engine, { space, requests, hits, invalidator }: PartTakeOptions): PartTake {
  const invalidationOf = (key: string) => checkInvalidation(space, 'invalidate', { key });

  /** Where Redis cannot be asked. */
  async function takeHere(key: string, policy: Policy): Promise<unknown> {
    const entry = hits.hitMemory(key, policy);
    if (!entry) {
      policy.outcomes.miss += 1;
      return undefined;
    }
    const { memoryEntries, redisKeys, shared } = await invalidator.run(invalidationOf(key));
    return (shared ? redisKeys : memoryEntries) > 0 ? entry.value : undefined;
  }

  function miss({ address, outcomes }: Call): undefined {
    outcomes.miss += 1;
    // Memory may not have heard yet that somebody has taken what it holds.
    engine.fills.raise(address.id);
    engine.memory.drop(address.id);
  }

  /** @returns `again` where something else has come to the key since it was read. */
  async function takeFrom(redis: RedisTier, call: Call, policy: Policy): Promise<'again' | { value: unknown }> {
    const { id, key } = call.address;
    // Redis can remove for one caller only what it has.
    if (engine.writeBack.find(id)) await engine.writeBack.drain();
    const { held, bytes, seen } = await readForLoad(engine, redis, call);
    if (!seen || engine.writeBack.find(id)) return { value: await takeHere(key, policy) };
    const entry = hits.foundIn(held);
    if (!entry || !bytes) return { value: miss(call) };
    // Of all who have read it, Redis removes it for one.
    const taken = await invalidator.take(invalidationOf(key), bytes);
    if (taken === 'changed') return 'again';
    if (taken === 'unknown') return { value: miss(call) };
    call.outcomes.hitRedis += 1;
    return hits.handOut(entry, policy.memory);
  }

  return {
    async take<Value>(key: string, options?: ReadOptions) {
      const policy = requests.policyOf(options);
      const call = requests.readOf(key, policy, options);
      if (engine.mode === 'bypass') {
        call.outcomes.bypass += 1;
        return undefined;
      }
      const { redis } = engine;
      if (!redis) return takeHere(key, policy) as Promise<Value | undefined>;
      for (;;) {
        const taken = await takeFrom(redis, call, policy);
        if (taken !== 'again') return taken.value as Value | undefined;
      }
    },
  };
}
