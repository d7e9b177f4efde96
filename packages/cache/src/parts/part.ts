import type { Agreement } from '../bus/agreement.ts';
import type { Cache } from '../cache.ts';
import type { Codec } from '../codecs/codec.ts';
import { deepCopy } from '../codecs/deep-copy.ts';
import type { Call, Engine } from '../engine.ts';
import { idOf } from '../entries/address.ts';
import type { Entry } from '../entries/entry.ts';
import type { Held } from '../entries/held.ts';
import { checkKey, uniqueKeys } from '../input.ts';
import { inspectEntry } from '../inspection/inspect-entry.ts';
import type { CacheInspection, EntryInspection } from '../inspection/inspection.ts';
import type { Invalidator } from '../invalidation/invalidate.ts';
import { checkInvalidation } from '../invalidation/invalidate-options.ts';
import type { LoadOnce } from '../loading/load-once.ts';
import { reserve } from '../loading/reservation.ts';
import { reserveToFill } from '../loading/reserve-to-fill.ts';
import type { Found, ReadOptions } from '../options/call-options.ts';
import { resolveLeaseWait } from '../options/load-options.ts';
import type { Policies, Policy, PolicyMemory } from '../options/policies.ts';
import { type Finish, readEntry } from '../redis/read-redis.ts';
import { findBuffered } from '../writing/find-buffered.ts';
import { writeValue, writeValues } from '../writing/write-source.ts';
import { mapOf } from './map-of.ts';
import { createPartInvalidations } from './part-invalidations.ts';
import { createPartLoads } from './part-loads.ts';
import { createRequests } from './requests.ts';

/** The calls over one part's keys: the cache's own, or a space's. */
export type Part = Omit<
  Cache,
  | keyof CacheInspection
  | keyof Agreement
  | 'space'
  | 'mode'
  | 'setMode'
  | 'rules'
  | 'audit'
  | 'stats'
  | 'drain'
  | 'close'
  | 'on'
>;

/** What all parts of a cache share beside the engine. */
export interface Paths {
  readonly policies: Policies;
  readonly loadOnce: LoadOnce;
  readonly invalidator: Invalidator;
}

export interface PartOptions {
  /** Empty for the cache itself. */
  readonly space: string;
  /** That of the values of a space; the cache's own are written with their policy's. */
  readonly codec: Codec<unknown> | undefined;
  readonly finds: 'fresh' | 'stale';
  /** Counts the calls that name no policy. */
  readonly policy: string;
}

export function createPart(
  engine: Engine,
  paths: Paths,
  { space, codec, finds, policy: ownPolicyName }: PartOptions,
): Part {
  const { policies, loadOnce, invalidator } = paths;
  const requests = createRequests(engine, { policies, space, codec, policy: ownPolicyName });
  const { policyOf, callOf } = requests;
  const ownsValues = codec === undefined;
  const findsStale = finds === 'stale';

  /** The path every hit takes: what it allocates and calls, every hit pays. */
  function hitMemory(key: string, policy: Policy): Entry<unknown> | undefined {
    if (engine.mode === 'bypass') return undefined;
    const id = idOf(space, key);
    const held = engine.memory.find(id, space) ?? findBuffered(engine, id);
    if (held === undefined || (held.goesStale && !findsStale && !engine.memory.isFresh(held))) return undefined;
    policy.outcomes.hitMemory += 1;
    return handOut(held.entry, policy.memory);
  }

  /** As the policy wants its readers to have it. */
  function handOut<Result extends { readonly value: unknown }>(result: Result, { isCopied }: PolicyMemory): Result {
    return isCopied && ownsValues ? { ...result, value: deepCopy(result.value) } : result;
  }

  /** What `finish` makes of what Redis has, fresh or not; where Redis is not to be asked, that is nothing. */
  function askRedis<Result>(call: Call, finish: Finish<Result>): Promise<Result> {
    if (!engine.redis || engine.mode === 'bypass') return Promise.resolve(finish(undefined, call));
    return readEntry(engine, engine.redis, call, finish);
  }

  function foundIn(held: Held | undefined): Entry<unknown> | undefined {
    return held && (!held.goesStale || findsStale || engine.memory.isFresh(held)) ? held.entry : undefined;
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
  async function find(key: string, policy: Policy): Promise<Entry<unknown> | undefined> {
    const held = engine.mode === 'bypass' ? undefined : engine.memory.find(idOf(space, key), space);
    return held && engine.memory.isFresh(held) ? held.entry : askRedis(callOf(key, policy), foundIn);
  }

  return {
    // Not an async function, nor is `lookup`: every hit in Redis would pay for its promise.
    get<Value>(key: string, options?: ReadOptions): Promise<Value | undefined> {
      try {
        const policy = policyOf(options);
        const entry = hitMemory(key, policy);
        const value = entry ? Promise.resolve(entry.value) : askRedis(callOf(key, policy), valueInRedis);
        return value as Promise<Value | undefined>;
      } catch (error) {
        return Promise.reject(error);
      }
    },

    lookup<Value>(key: string, options?: ReadOptions): Promise<Found<Value> | undefined> {
      try {
        const policy = policyOf(options);
        const entry = hitMemory(key, policy);
        const found = entry ? Promise.resolve({ entry, tier: 'memory' }) : askRedis(callOf(key, policy), foundInRedis);
        return found as Promise<Found<Value> | undefined>;
      } catch (error) {
        return Promise.reject(error);
      }
    },

    async take<Value>(key: string, options?: ReadOptions) {
      const policy = policyOf(options);
      // Redis can remove for one caller only what it has.
      if (engine.writeBack.find(idOf(space, key))) await engine.writeBack.drain();
      // First: memory may not have heard yet that somebody has taken what it holds, and Redis hold what came after that.
      const call = callOf(key, policy);
      const held = await askRedis(call, (read) => read);
      const entry = foundIn(held) ? hitRedis(held, call) : (hitMemory(key, policy) ?? hitRedis(undefined, call));
      if (!entry) return undefined;
      const { memoryEntries, redisKeys, shared } = await invalidator.run(
        checkInvalidation(space, 'invalidate', { key }),
      );
      // Of all who found it, Redis removes it for one.
      return (shared ? redisKeys : memoryEntries) > 0 ? (entry.value as Value) : undefined;
    },

    peek<Value>(key: string, options?: ReadOptions) {
      const entry = hitMemory(key, policyOf(options)) as Entry<Value> | undefined;
      if (entry === undefined) checkKey(key);
      return entry;
    },

    async getMany<Value>(keys: readonly string[], options?: ReadOptions) {
      const policy = policyOf(options);
      const unique = uniqueKeys(keys);
      // Asked for in one turn, what memory lacks leaves in one MGET.
      const entries = unique.map((key) => hitMemory(key, policy) ?? askRedis(callOf(key, policy), hitRedis));
      return mapOf(unique, await Promise.all(entries)) as Map<string, Value>;
    },

    has: async (key, options) => (await find(key, policyOf(options))) !== undefined,

    async hasMany(keys, options) {
      const policy = policyOf(options);
      const unique = uniqueKeys(keys);
      const entries = await Promise.all(unique.map((key) => find(key, policy)));
      return new Set(unique.filter((_, index) => entries[index] !== undefined));
    },

    async ttl(key, options) {
      const entry = await find(key, policyOf(options));
      return entry && entry.freshUntilMs - engine.clock.now();
    },

    async inspect<Value>(key: string, options?: ReadOptions) {
      const policy = policyOf(options);
      const { memory, ...elsewhere } = await inspectEntry(engine, callOf(key, policy));
      return { ...elsewhere, memory: memory && handOut(memory, policy.memory) } as EntryInspection<Value>;
    },

    async set(key, value, options) {
      const policy = policyOf(options);
      await writeValue(engine, policy, requests.writeOf(key, value, policy, options));
    },

    async setMany(entries, options) {
      const policy = policyOf(options);
      await writeValues(engine, policy, requests.writesOf(entries, policy, options));
    },

    ...createPartLoads(engine, { loadOnce, requests, space, hitMemory, handOut }),

    async reserve(key, options) {
      const policy = policyOf(options);
      return reserve(engine, callOf(key, policy), requests.termsOf(key, policy, options));
    },

    async reserveToFill(key, options) {
      const policy = policyOf(options);
      const terms = requests.termsOf(key, policy, options);
      const leaseWaitMs = resolveLeaseWait('leaseWait', options?.leaseWait ?? terms.load.leaseWaitMs);
      return reserveToFill(engine, { call: callOf(key, policy), terms, over: options?.over, leaseWaitMs, findsStale });
    },

    ...createPartInvalidations(engine, invalidator, { space, policyOf }),
  };
}
