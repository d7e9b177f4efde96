import { idOf } from './address.ts';
import type { Cache, Codec, Found, LoadCallOptions, ReadOptions } from './cache.ts';
import { deepCopy } from './deep-copy.ts';
import type { Call, Engine } from './engine.ts';
import type { Entry } from './entry.ts';
import { checks } from './errors.ts';
import { findBuffered } from './flush-writes.ts';
import { isDueEarly, isFresh } from './freshness.ts';
import { checkKey, uniqueKeys } from './input.ts';
import type { CacheInspection } from './inspection.ts';
import type { Invalidator } from './invalidate.ts';
import { loadMany, type ManyRequest, refreshMany } from './load-many.ts';
import type { LoadOnce } from './load-once.ts';
import { loadOne, refreshOne } from './load-one.ts';
import type { BatchLoader, Loader } from './loader.ts';
import { createPartInvalidations } from './part-invalidations.ts';
import type { Policies, Policy } from './policies.ts';
import { readRedis } from './read-redis.ts';
import { createRequests } from './requests.ts';
import { reserve } from './reservation.ts';
import { batchLoaderOf } from './source-loader.ts';
import { writeValues } from './write-source.ts';

/** The calls over one part's keys: the cache's own, or a space's. */
export type Part = Omit<
  Cache,
  keyof CacheInspection | 'space' | 'rules' | 'audit' | 'stats' | 'ack' | 'token' | 'demand' | 'drain' | 'close' | 'on'
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
  /** Counts the calls that name no policy. */
  readonly policy: string;
}

export function createPart(engine: Engine, paths: Paths, { space, codec, policy: ownPolicyName }: PartOptions): Part {
  const { policies, loadOnce, invalidator } = paths;
  const requests = createRequests(engine, { policies, space, codec, policy: ownPolicyName });
  const { policyOf, callOf } = requests;
  const ownsValues = codec === undefined;

  /** The path every hit takes: what it allocates and calls, every hit pays. */
  function hitMemory(key: string, policy: Policy): Entry<unknown> | undefined {
    const id = idOf(space, key);
    const held = engine.memory.find(id, space) ?? findBuffered(engine, id);
    if (held === undefined || (held.goesStale && !engine.memory.isFresh(held))) return undefined;
    policy.outcomes.hitMemory += 1;
    return policy.memory.isCopied ? handOut(held.entry, policy) : held.entry;
  }

  /** As the policy wants its readers to have it. */
  function handOut<Result extends { readonly value: unknown }>(result: Result, policy: Policy): Result {
    return policy.memory.isCopied && ownsValues ? { ...result, value: deepCopy(result.value) } : result;
  }

  async function findInRedis(key: string, policy: Policy): Promise<Entry<unknown> | undefined> {
    const call = callOf(key, policy);
    const entry = await readFresh(call);
    if (entry) policy.outcomes.hitRedis += 1;
    else policy.outcomes.miss += 1;
    return entry && handOut(entry, policy);
  }

  async function readFresh(call: Call): Promise<Entry<unknown> | undefined> {
    const read = engine.redis && (await readRedis(engine, engine.redis, call, 'entry alone'));
    const entry = read?.held?.entry;
    return entry && isFresh(entry, engine.clock.now()) ? entry : undefined;
  }

  function isDue(entry: Entry<unknown>, { load }: Policy): boolean {
    return load.eagerRefresh < 1 && isDueEarly(entry, load.eagerRefresh, engine.clock.now());
  }

  /** As any read, but counted nowhere. */
  async function find(key: string): Promise<Entry<unknown> | undefined> {
    const held = engine.memory.find(idOf(space, key), space);
    return held && engine.memory.isFresh(held) ? held.entry : readFresh(callOf(key, policyOf(undefined)));
  }

  async function getOrLoad<Value>(key: string, given?: Loader<Value> | LoadCallOptions, more?: LoadCallOptions) {
    const loader = typeof given === 'function' ? given : undefined;
    const options = typeof given === 'function' ? more : (given ?? more);
    const policy = policyOf(options);
    const entry = hitMemory(key, policy);
    if (entry === undefined) {
      const { found } = await loadOne(engine, loadOnce, requests.loadOf(key, loader, policy, options));
      return handOut(found, policy).value as Value;
    }
    if (isDue(entry, policy)) refreshOne(engine, loadOnce, requests.loadOf(key, loader, policy, options));
    return entry.value as Value;
  }

  async function lookupOrLoad<Value>(key: string, given?: Loader<Value> | LoadCallOptions, more?: LoadCallOptions) {
    const loader = typeof given === 'function' ? given : undefined;
    const options = typeof given === 'function' ? more : (given ?? more);
    const policy = policyOf(options);
    const entry = hitMemory(key, policy);
    if (entry === undefined) {
      const { found, source } = await loadOne(engine, loadOnce, requests.loadOf(key, loader, policy, options));
      return { value: handOut(found, policy).value as Value, source };
    }
    if (isDue(entry, policy)) refreshOne(engine, loadOnce, requests.loadOf(key, loader, policy, options));
    return { value: entry.value as Value, source: 'memory' as const };
  }

  /** From a source that has its values one by one. */
  async function loadEach<Value>(keys: readonly string[], options: LoadCallOptions | undefined) {
    const values = await Promise.all(keys.map((key) => getOrLoad<Value>(key, options)));
    return new Map(keys.map((key, index) => [key, values[index] as Value]));
  }

  return {
    async get<Value>(key: string, options?: ReadOptions) {
      const policy = policyOf(options);
      const entry = hitMemory(key, policy) ?? (await findInRedis(key, policy));
      return entry?.value as Value | undefined;
    },

    async lookup<Value>(key: string, options?: ReadOptions) {
      const policy = policyOf(options);
      const held = hitMemory(key, policy);
      if (held) return { entry: held, tier: 'memory' } as Found<Value>;
      const read = await findInRedis(key, policy);
      return read && ({ entry: read, tier: 'redis' } as Found<Value>);
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
      const entries = await Promise.all(unique.map((key) => hitMemory(key, policy) ?? findInRedis(key, policy)));
      return mapOf(unique, entries) as Map<string, Value>;
    },

    has: async (key) => (await find(key)) !== undefined,

    async ttl(key) {
      const entry = await find(key);
      return entry && entry.freshUntilMs - engine.clock.now();
    },

    async set(key, value, options) {
      const policy = policyOf(options);
      await writeValues(engine, policy, requests.writesOf([[key, value]], policy, options));
    },

    async setMany(entries, options) {
      const policy = policyOf(options);
      await writeValues(engine, policy, requests.writesOf(entries, policy, options));
    },

    getOrLoad,
    lookupOrLoad,

    async loadMany<Value>(
      keys: readonly string[],
      given?: BatchLoader<Value> | LoadCallOptions,
      more?: LoadCallOptions,
    ) {
      const options = typeof given === 'function' ? more : (given ?? more);
      const policy = policyOf(options);
      const loader = typeof given === 'function' ? given : batchLoaderOf(engine, space, policy.source);
      if (!loader) return loadEach<Value>(uniqueKeys(keys), options);
      const unique = uniqueKeys(keys);
      const entries = unique.map((key) => hitMemory(key, policy));
      const requestFor = (isWanted: (entry: Entry<unknown> | undefined) => boolean): ManyRequest => {
        const wanted = unique.filter((_, index) => isWanted(entries[index]));
        return { wanted: requests.loadsOf(wanted, policy, options), loader, signal: options?.signal };
      };
      if (policy.load.eagerRefresh < 1) {
        refreshMany(
          engine,
          loadOnce,
          requestFor((entry) => entry !== undefined && isDue(entry, policy)),
        );
      }
      const loaded = await loadMany(
        engine,
        loadOnce,
        requestFor((entry) => !entry),
      );
      let next = 0;
      const found = entries.map((entry) => {
        if (entry) return entry;
        const own = loaded[next++]?.found;
        return own && handOut(own, policy);
      });
      return mapOf(unique, found) as Map<string, Value>;
    },

    wrap(load, options) {
      checks.callable('load', load);
      checks.callable('key', options?.key);
      return async (...values) => getOrLoad(options.key(...values), () => load(...values), options);
    },

    async reserve(key, options) {
      const policy = policyOf(options);
      return reserve(engine, callOf(key, policy), requests.termsOf(key, policy, options));
    },

    ...createPartInvalidations(engine, invalidator, { space, policyOf }),
  };
}

/** What was found, by its key. */
function mapOf(
  keys: readonly string[],
  found: readonly ({ readonly value: unknown } | undefined)[],
): Map<string, unknown> {
  const map = new Map<string, unknown>();
  for (const [index, key] of keys.entries()) {
    const one = found[index];
    if (one) map.set(key, one.value);
  }
  return map;
}
