import type { Cache } from '../cache.ts';
import type { Call, Engine } from '../engine.ts';
import { idOf } from '../entries/address.ts';
import type { Entry } from '../entries/entry.ts';
import type { Held } from '../entries/held.ts';
import { checkKey, uniqueKeys } from '../input.ts';
import { inspectEntry } from '../inspection/inspect-entry.ts';
import type { EntryInspection } from '../inspection/inspection.ts';
import { checkCallOptions, type Found, type ReadOptions } from '../options/call-options.ts';
import type { Policy } from '../options/policies.ts';
import { type Finish, readEntry } from '../redis/read-redis.ts';
import type { Hits } from './hits.ts';
import { mapOf } from './map-of.ts';
import type { Requests } from './requests.ts';

/** A part's calls that read. */
export type PartReads = Pick<Cache, 'get' | 'lookup' | 'peek' | 'getMany' | 'has' | 'hasMany' | 'ttl' | 'inspect'>;

export interface PartReadsOptions {
  readonly space: string;
  readonly requests: Requests;
  readonly hits: Hits;
}

export function createPartReads(engine: Engine, { space, requests, hits }: PartReadsOptions): PartReads {
  const { policyOf, callOf, readOf } = requests;
  const { hitMemory, foundIn, handOut } = hits;

  /** What `finish` makes of what Redis has, fresh or not: of nothing without Redis. */
  function askRedis<Result>(call: Call, finish: Finish<Result>): Promise<Result | undefined> {
    if (engine.mode === 'bypass') {
      call.outcomes.bypass += 1;
      return Promise.resolve(undefined);
    }
    if (!engine.redis) return Promise.resolve(finish(undefined, call));
    return readEntry(engine, engine.redis, call, finish);
  }

  /** What came from Redis, as the policy's readers get it. */
  function hitRedis(held: Held | undefined, { outcomes, memoryPolicy }: Call): Entry<unknown> | undefined {
    const entry = foundIn(held);
    if (entry === undefined) {
      outcomes.miss += 1;
      return undefined;
    }
    outcomes.hitRedis += 1;
    return handOut(entry, memoryPolicy);
  }

  const valueInRedis = (held: Held | undefined, call: Call) => hitRedis(held, call)?.value;

  function foundInRedis(held: Held | undefined, call: Call): Found<unknown> | undefined {
    const entry = hitRedis(held, call);
    return entry && { entry, tier: 'redis' };
  }

  /** As any read, but counted nowhere. */
  async function find(key: string, policy: Policy, options: ReadOptions | undefined) {
    if (engine.mode === 'bypass') return noneOf(key, options);
    const entry = foundIn(engine.memory.find(idOf(space, key), space));
    return entry ?? askRedis(readOf(key, policy, options), foundIn);
  }

  return {
    // Not an async function, nor is `lookup`: every hit in Redis would pay for its promise.
    get<Value>(key: string, options?: ReadOptions): Promise<Value | undefined> {
      try {
        const policy = policyOf(options);
        const entry = hitMemory(key, policy);
        const value = entry ? Promise.resolve(entry.value) : askRedis(readOf(key, policy, options), valueInRedis);
        return value as Promise<Value | undefined>;
      } catch (error) {
        return Promise.reject(error);
      }
    },

    lookup<Value>(key: string, options?: ReadOptions): Promise<Found<Value> | undefined> {
      try {
        const policy = policyOf(options);
        const entry = hitMemory(key, policy);
        const found = entry
          ? Promise.resolve({ entry, tier: 'memory' })
          : askRedis(readOf(key, policy, options), foundInRedis);
        return found as Promise<Found<Value> | undefined>;
      } catch (error) {
        return Promise.reject(error);
      }
    },

    peek<Value>(key: string, options?: ReadOptions) {
      const entry = hitMemory(key, policyOf(options)) as Entry<Value> | undefined;
      if (entry !== undefined) return entry;
      return noneOf(key, options);
    },

    async getMany<Value>(keys: readonly string[], options?: ReadOptions) {
      const policy = policyOf(options);
      checkCallOptions(options);
      const unique = uniqueKeys(keys);
      // Asked for in one turn, what memory lacks leaves in one MGET.
      const entries = unique.map((key) => hitMemory(key, policy) ?? askRedis(callOf(key, policy), hitRedis));
      return mapOf(unique, await Promise.all(entries)) as Map<string, Value>;
    },

    has: async (key, options) => (await find(key, policyOf(options), options)) !== undefined,

    async hasMany(keys, options) {
      const policy = policyOf(options);
      const unique = uniqueKeys(keys);
      const entries = await Promise.all(unique.map((key) => find(key, policy, options)));
      return new Set(unique.filter((_, index) => entries[index] !== undefined));
    },

    async ttl(key, options) {
      const entry = await find(key, policyOf(options), options);
      return entry && entry.freshUntilMs - engine.clock.now();
    },

    async inspect<Value>(key: string, options?: ReadOptions) {
      const policy = policyOf(options);
      const { memory, ...elsewhere } = await inspectEntry(engine, readOf(key, policy, options));
      return { ...elsewhere, memory: memory && handOut(memory, policy.memory) } as EntryInspection<Value>;
    },
  };
}

/** Nothing, of a call that is refused where another would be. */
function noneOf(key: string, options: ReadOptions | undefined): undefined {
  checkKey(key);
  checkCallOptions(options);
  return undefined;
}
