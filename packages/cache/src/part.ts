import { addressOf, idOf } from './address.ts';
import type { Cache, Codec, Entry, Found, ReadOptions, WriteOptions } from './cache.ts';
import type { Call, Engine } from './engine.ts';
import { checkKey, checkTags, checkTarget } from './input.ts';
import type { Invalidator } from './invalidate.ts';
import type { LoadOnce } from './load-once.ts';
import { resolveTtl } from './options.ts';
import type { Policies, Policy } from './policies.ts';
import { readRedis } from './read-redis.ts';
import { reserve, type WriteTerms } from './reservation.ts';
import { write } from './write.ts';

/** The calls over one part's keys: the cache's own, or a space's. */
export type Part = Pick<Cache, 'get' | 'lookup' | 'peek' | 'set' | 'getOrLoad' | 'reserve' | 'invalidate'>;

/** What all parts of a cache share beside the engine. */
export interface Paths {
  readonly policies: Policies;
  readonly loadOnce: LoadOnce;
  readonly invalidator: Invalidator;
}

export interface PartOptions {
  /** Empty for the cache itself. */
  readonly space: string;
  readonly codec: Codec<unknown>;
  /** Counts the calls that name no policy. */
  readonly policy: string;
}

export function createPart(engine: Engine, paths: Paths, { space, codec, policy: ownPolicyName }: PartOptions): Part {
  const { policies, loadOnce, invalidator } = paths;
  const ownPolicy = policies.get(ownPolicyName);

  function policyOf(options: ReadOptions | undefined): Policy {
    return options?.policy === undefined ? ownPolicy : policies.get(options.policy);
  }

  function callOf(key: string, { outcomes }: Policy): Call {
    checkKey(key);
    return { address: addressOf(space, key), codec, outcomes };
  }

  function termsOf(options: WriteOptions | undefined, policy: Policy): WriteTerms {
    return {
      ttlMs: options?.ttl === undefined ? policy.ttlMs : resolveTtl(options.ttl),
      tags: options?.tags === undefined ? policy.tags : checkTags([...policy.tags, ...options.tags]),
    };
  }

  /** The path every hit takes: what it allocates and calls, every hit pays. */
  function hitMemory(key: string, policy: Policy): Entry<unknown> | undefined {
    const held = engine.memory.find(idOf(space, key), space);
    if (held === undefined) return undefined;
    policy.outcomes.hitMemory += 1;
    return held.entry;
  }

  async function findInRedis(key: string, policy: Policy): Promise<Entry<unknown> | undefined> {
    const call = callOf(key, policy);
    const read = engine.redis && (await readRedis(engine, engine.redis, call, 'entry alone'));
    if (read?.held) policy.outcomes.hitRedis += 1;
    else policy.outcomes.miss += 1;
    return read?.held?.entry;
  }

  async function load(
    key: string,
    loader: (key: string) => unknown,
    policy: Policy,
    options: WriteOptions | undefined,
  ) {
    const call = callOf(key, policy);
    const terms = termsOf(options, policy);
    const joined = loadOnce.join(call.address.id);
    if (!joined) return (await loadOnce.begin(call, loader, terms)).value;
    const loaded = await joined;
    if (loaded.from === 'redis') policy.outcomes.hitRedis += 1;
    else policy.outcomes.coalesced += 1;
    return loaded.value;
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
      return hitMemory(key, policyOf(options)) as Entry<Value> | undefined;
    },

    async set(key, value, options) {
      const policy = policyOf(options);
      await write(engine, callOf(key, policy), value, termsOf(options, policy));
    },

    async getOrLoad<Value>(key: string, loader: (key: string) => Value | Promise<Value>, options?: WriteOptions) {
      const policy = policyOf(options);
      const entry = hitMemory(key, policy);
      return (entry ? entry.value : await load(key, loader, policy, options)) as Value;
    },

    async reserve(key, options) {
      const policy = policyOf(options);
      return reserve(engine, callOf(key, policy), termsOf(options, policy));
    },

    async invalidate(target) {
      return invalidator.invalidate(space, checkTarget(target));
    },
  };
}
