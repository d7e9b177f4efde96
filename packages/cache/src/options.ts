import { type Clock, type Duration, type Size, systemClock, withDefaults } from '@breakwater/core';
import { type RedisPort, refuseKeyPrefix } from '@breakwater/core/redis';
import {
  type CompressionAlgorithm,
  type CompressionOptions,
  type ResolvedCompression,
  resolveCompression,
} from './compression.ts';
import { checks } from './errors.ts';
import { checkTags } from './input.ts';
import { checkTtl, MAX_TTL_MS, type ResolvedTtl, resolvePolicyTtl, type TtlPreset, type TtlSchedule } from './ttl.ts';

export interface CacheOptions<PolicyName extends string = string> {
  /**
   * Our pool, or an ioredis `Redis` or `Cluster`. `null`: memory alone, nothing is shared.
   * @default null
   */
  readonly redis?: RedisPort | null;
  /**
   * How long one Redis call may take before it counts as failed, on a client that does not bound its commands itself.
   * @default '500ms'
   */
  readonly deadlineMs?: Duration;
  /**
   * The part of every Redis key that is this cache's. Instances that share entries share it.
   * @default 'app'
   */
  readonly namespace?: string;
  /** The memory tier. */
  readonly memory?: MemoryOptions;
  /** Lifetimes and tags by name, for `policy:` at the calls; `default` may be among them. */
  readonly policies?: Readonly<Record<PolicyName, PolicyOptions>>;
  /**
   * The longest encoded value. `set` refuses a longer one, `getOrLoad` and `commit` do not keep it, and a longer frame
   * found in Redis is a miss.
   * @default '16mb'
   */
  readonly maxEntrySize?: Size;
  /**
   * How long an invalidated key is remembered in Redis, to refuse loads that began before. A load that takes longer is
   * not kept.
   * @default '60s'
   */
  readonly tombstoneTtl?: Duration;
  /**
   * Where `now` comes from.
   * @default the system's clock
   */
  readonly clock?: Clock;
}

export interface MemoryOptions {
  /**
   * Bytes of all entries together: the encoded length of a value, its key, and 256 bytes an entry.
   * @default '100mb'
   */
  readonly maxSize?: Size;
  /**
   * Entries at most; the least recently used leave first.
   * @default 100_000
   */
  readonly maxEntries?: number;
  /**
   * The longest an entry stays in memory, however long it lives in Redis. Without Redis memory is all there is, and
   * entries stay as long as they live, unless this is given.
   * @default '60s'
   */
  readonly ttl?: Duration;
  /**
   * The longest an entry is served from memory while invalidations by other instances cannot be heard.
   * @default '5s'
   */
  readonly blindTtl?: Duration;
}

export interface PolicyOptions {
  /**
   * Lifetime of an entry: a duration, `'temporary'` (5 minutes), `'short'` (30 minutes), `'medium'` (an hour), `'long'` (a
   * day), `'permanent'` (a week), or what gives it for the time at which the call begins, such as `marketHours`.
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
   * Compresses what Redis holds, where that makes it shorter; memory holds values. All instances read all of them,
   * whatever they write.
   * @default 'none'
   */
  readonly compression?: 'none' | CompressionAlgorithm | CompressionOptions;
  /**
   * Tags of every entry, before those given at the call.
   * @default []
   */
  readonly tags?: readonly string[];
}

export const DEFAULTS = Object.freeze({
  redis: null,
  deadlineMs: '500ms',
  namespace: 'app',
  maxEntrySize: '16mb',
  tombstoneTtl: '60s',
  clock: systemClock,
}) satisfies CacheOptions;

export const MEMORY_DEFAULTS = Object.freeze({
  maxSize: '100mb',
  maxEntries: 100_000,
  ttl: '60s',
  blindTtl: '5s',
}) satisfies MemoryOptions;

export const POLICY_DEFAULTS = Object.freeze({
  ttl: '1h',
  staleWhileRevalidate: 0,
  staleIfError: 0,
  compression: 'none',
  tags: [],
}) satisfies PolicyOptions;

export interface ResolvedPolicy {
  readonly ttlMs: ResolvedTtl;
  readonly staleWhileRevalidateMs: number;
  readonly staleIfErrorMs: number;
  readonly compression: ResolvedCompression | undefined;
  readonly tags: readonly string[];
}

export interface ResolvedOptions {
  readonly redis: RedisPort | null;
  readonly deadlineMs: number;
  readonly namespace: string;
  readonly memory: {
    readonly maxBytes: number;
    readonly maxEntries: number;
    readonly ttlMs: number;
    readonly blindTtlMs: number;
  };
  readonly policies: Readonly<Record<string, ResolvedPolicy>>;
  readonly maxEntryBytes: number;
  readonly tombstoneTtlMs: number;
  readonly clock: Clock;
}

const MEMORY_KEYS = Object.keys(MEMORY_DEFAULTS);
const POLICY_KEYS = Object.keys(POLICY_DEFAULTS);
const KEYS = [...Object.keys(DEFAULTS), 'memory', 'policies'];

export function resolveOptions(given: CacheOptions): ResolvedOptions {
  checks.known('options', given, KEYS);
  const options = withDefaults(given, DEFAULTS);
  checks.known('memory', options.memory ?? {}, MEMORY_KEYS);
  const memory = withDefaults<MemoryOptions, typeof MEMORY_DEFAULTS>(options.memory ?? {}, MEMORY_DEFAULTS);
  checks.callable('clock.now', options.clock?.now);
  const redis = resolveRedis(options.redis);
  const isMemoryTtlGiven = options.memory?.ttl !== undefined;
  return {
    redis,
    deadlineMs: checks.duration('deadlineMs', options.deadlineMs),
    namespace: checks.text('namespace', options.namespace),
    memory: {
      maxBytes: checks.size('memory.maxSize', memory.maxSize),
      maxEntries: checks.integer('memory.maxEntries', memory.maxEntries, { max: 10_000_000 }),
      ttlMs: checks.duration('memory.ttl', redis || isMemoryTtlGiven ? memory.ttl : MAX_TTL_MS, { max: MAX_TTL_MS }),
      blindTtlMs: checks.duration('memory.blindTtl', memory.blindTtl, { min: 0 }),
    },
    policies: resolvePolicies(options.policies ?? {}),
    maxEntryBytes: checks.size('maxEntrySize', options.maxEntrySize, { max: 512 * 1024 ** 2 }),
    tombstoneTtlMs: checks.duration('tombstoneTtl', options.tombstoneTtl),
    clock: options.clock,
  };
}

/** The `ttl` of a call, in milliseconds. */
export function resolveTtl(ttl: Duration): number {
  return checkTtl('ttl', ttl);
}

/** How long beyond its `ttl` an entry is of use, in milliseconds. */
export function resolveStale(option: string, duration: Duration): number {
  return checks.duration(option, duration, { min: 0, max: MAX_TTL_MS });
}

/** Names of spaces and codecs stand in keys and frames. */
export function checkName(option: string, name: unknown): string {
  if (typeof name === 'string' && /^[a-z0-9-]{1,16}$/.test(name)) return name;
  throw checks.failure(option, 'one to 16 characters a-z, 0-9 and -', name);
}

export function spaceTakenError(name: string): Error {
  return checks.failure('space', 'a name that is not in use with another codec', name);
}

function resolveRedis(redis: unknown): RedisPort | null {
  if (redis === null) return null;
  checks.callable('redis.mgetBuffer', (redis as Partial<RedisPort>).mgetBuffer);
  checks.callable('redis.duplicate', (redis as Partial<RedisPort>).duplicate);
  // ioredis would prefix keys, but neither patterns nor what a script publishes: nobody would hear an invalidation.
  refuseKeyPrefix(checks, redis as RedisPort);
  return redis as RedisPort;
}

function resolvePolicies(policies: Readonly<Record<string, PolicyOptions>>): Record<string, ResolvedPolicy> {
  if (typeof policies !== 'object' || Array.isArray(policies)) {
    throw checks.failure('policies', 'an object of policies by name', policies);
  }
  const all: Record<string, PolicyOptions> = { default: {}, ...policies };
  return Object.fromEntries(Object.entries(all).map(([name, policy]) => [name, resolvePolicy(name, policy)]));
}

export function resolvePolicy(name: string, policy: PolicyOptions): ResolvedPolicy {
  const path = `policies.${name}`;
  checks.known(path, policy, POLICY_KEYS);
  const { ttl, tags, compression, ...stale } = withDefaults<PolicyOptions, typeof POLICY_DEFAULTS>(
    policy,
    POLICY_DEFAULTS,
  );
  return {
    ttlMs: resolvePolicyTtl(`${path}.ttl`, ttl),
    staleWhileRevalidateMs: resolveStale(`${path}.staleWhileRevalidate`, stale.staleWhileRevalidate),
    staleIfErrorMs: resolveStale(`${path}.staleIfError`, stale.staleIfError),
    compression: resolveCompression(`${path}.compression`, compression),
    tags: checkTags(tags),
  };
}
