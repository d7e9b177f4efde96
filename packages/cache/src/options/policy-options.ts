import { type Duration, withDefaults } from '@breakwater/core';
import { checks } from '../errors.ts';
import { checkTags } from '../input.ts';
import { type LoadPolicyOptions, type ResolvedLoadPolicy, resolveLoadPolicy } from './load-options.ts';
import { type MemoryPolicyOptions, type ResolvedMemoryPolicy, resolveMemoryPolicy } from './memory-policy.ts';
import { type RedisPolicyOptions, type ResolvedRedisPolicy, resolveRedisPolicy } from './redis-policy.ts';
import { checkSource, type Source } from './source.ts';
import { checkTtl, MAX_TTL_MS, type ResolvedTtl, resolvePolicyTtl, type TtlPreset, type TtlSchedule } from './ttl.ts';
import { WRITE_STRATEGIES, type WriteStrategy } from './write-options.ts';

/** How the entries of a policy are loaded, kept and written. */
export interface PolicyOptions {
  /**
   * Lifetime of an entry: a duration, `'temporary'` (5 minutes), `'short'` (30 minutes), `'medium'` (an hour),
   * `'long'` (a day), `'permanent'` (a week), or a function of the time at which the call begins, such as
   * `marketHours` makes.
   * @default '1h'
   */
  readonly ttl?: Duration | TtlPreset | TtlSchedule;
  /**
   * How long beyond `ttl` `getOrLoad` and `loadMany` serve an entry at once, and refresh it in the background.
   * @default 0
   */
  readonly staleWhileRevalidate?: Duration;
  /**
   * How long beyond `ttl` they serve it where the loader fails; not shorter than `staleWhileRevalidate`.
   * @default 0
   */
  readonly staleIfError?: Duration;
  /**
   * The fraction, 0 to 0.5, by which the `ttl` of each entry is shortened at random, so that entries stored together do not
   * end together.
   * @default 0
   */
  readonly jitter?: number;
  /**
   * Tags of every entry, before those given at the call.
   * @default []
   */
  readonly tags?: readonly string[];
  /**
   * Whom an entry is about, by its key, for `forget`; `undefined` where it is about nobody. `subject` at the call
   * takes precedence.
   * @default none
   */
  readonly subject?: (key: string) => string | undefined;
  /**
   * Where `set` puts a value: `'through'` in both tiers before it resolves; `'back'` in memory, and in Redis a little later, with
   * others, see `writeBack`; `'around'` in Redis alone, and the next read brings it to memory. What is loaded goes to both
   * tiers. Without Redis all three are memory.
   * @default 'through'
   */
  readonly write?: WriteStrategy;
  /** How its loaders are run. */
  readonly load?: LoadPolicyOptions;
  /** How its entries lie in memory. */
  readonly memory?: MemoryPolicyOptions;
  /**
   * What is behind the cache, which then reads through it and writes to it.
   * @default none
   */
  readonly source?: Source;
  /** How its entries lie in Redis. */
  readonly redis?: RedisPolicyOptions;
}

export const POLICY_DEFAULTS = Object.freeze({
  ttl: '1h',
  staleWhileRevalidate: 0,
  staleIfError: 0,
  jitter: 0,
  tags: [],
  write: 'through',
}) satisfies PolicyOptions;

export interface ResolvedPolicy {
  readonly ttlMs: ResolvedTtl;
  readonly staleWhileRevalidateMs: number;
  readonly staleIfErrorMs: number;
  readonly jitter: number;
  readonly tags: readonly string[];
  readonly subject: ((key: string) => string | undefined) | undefined;
  readonly write: WriteStrategy;
  readonly load: ResolvedLoadPolicy;
  readonly source: Source | undefined;
  readonly memory: ResolvedMemoryPolicy;
  readonly redis: ResolvedRedisPolicy;
}

const POLICY_KEYS = [...Object.keys(POLICY_DEFAULTS), 'subject', 'source', 'load', 'memory', 'redis'];

/** The `ttl` of a call, in milliseconds. */
export function resolveTtl(ttl: Duration): number {
  return checkTtl('ttl', ttl);
}

/** How long beyond its `ttl` an entry is of use, in milliseconds. */
export function resolveStale(option: string, duration: Duration): number {
  return checks.duration(option, duration, { min: 0, max: MAX_TTL_MS });
}

export function resolvePolicies(policies: Readonly<Record<string, PolicyOptions>>): Record<string, ResolvedPolicy> {
  if (typeof policies !== 'object' || policies === null || Array.isArray(policies)) {
    throw checks.failure('policies', 'an object of policies by name', policies);
  }
  const all: Record<string, PolicyOptions> = { default: {}, ...policies };
  return Object.fromEntries(Object.entries(all).map(([name, policy]) => [name, resolvePolicy(name, policy)]));
}

export function resolvePolicy(name: string, policy: PolicyOptions): ResolvedPolicy {
  const path = `policies.${name}`;
  checks.known(path, policy, POLICY_KEYS);
  const {
    ttl,
    tags,
    subject,
    jitter,
    write,
    source,
    load = {},
    memory = {},
    redis = {},
    ...stale
  } = withDefaults<PolicyOptions, typeof POLICY_DEFAULTS>(policy, POLICY_DEFAULTS);
  if (subject !== undefined) checks.callable(`${path}.subject`, subject);
  return {
    ttlMs: resolvePolicyTtl(`${path}.ttl`, ttl),
    staleWhileRevalidateMs: resolveStale(`${path}.staleWhileRevalidate`, stale.staleWhileRevalidate),
    staleIfErrorMs: resolveStale(`${path}.staleIfError`, stale.staleIfError),
    jitter: checkJitter(`${path}.jitter`, jitter),
    tags: checkTags(tags),
    subject,
    write: checks.oneOf(`${path}.write`, write, WRITE_STRATEGIES),
    load: resolveLoadPolicy(`${path}.load`, load),
    memory: resolveMemoryPolicy(`${path}.memory`, memory),
    source: checkSource(`${path}.source`, source),
    redis: resolveRedisPolicy(`${path}.redis`, redis),
  };
}

function checkJitter(option: string, jitter: unknown): number {
  if (typeof jitter === 'number' && jitter >= 0 && jitter <= 0.5) return jitter;
  throw checks.failure(option, 'a number from 0 to 0.5', jitter);
}
