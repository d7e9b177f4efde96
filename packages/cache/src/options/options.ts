import { type Clock, type Duration, type Size, systemClock, withDefaults } from '@breakwater/core';
import { type RedisPort, refuseKeyPrefix, resolveRedis } from '@breakwater/core/redis';
import { checks } from '../errors.ts';
import { type BusOptions, type ResolvedBus, resolveBus } from './bus-options.ts';
import type { CacheMode } from './call-options.ts';
import { type EncryptionOptions, type KeyRing, resolveEncryption } from './encryption-options.ts';
import { type InvalidationOptions, type ResolvedInvalidation, resolveInvalidation } from './invalidation-options.ts';
import { type PolicyOptions, type ResolvedPolicy, resolvePolicies } from './policy-options.ts';
import { MAX_TTL_MS } from './ttl.ts';
import { type ResolvedWriteBack, resolveWriteBack, type WriteBackOptions } from './write-options.ts';

/** What a cache is made with; without any it is memory alone. */
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
  /**
   * What keeps memory in step with Redis. `'bus'`: the messages of other instances. `'tracking'`: also what Redis
   * tells of entries that anything else changes, redis-cli included; not on a Cluster.
   * @default 'bus'
   */
  readonly coherence?: 'bus' | 'tracking';
  /** What instances of the namespace tell each other. */
  readonly bus?: BusOptions;
  /** Lifetimes and tags by name, for `policy:` at the calls; `default` may be among them. */
  readonly policies?: Readonly<Record<PolicyName, PolicyOptions>>;
  /** What entries are encrypted with in Redis, where their policy asks for it. */
  readonly encryption?: EncryptionOptions;
  /** The buffer of the policies that write back. */
  readonly writeBack?: WriteBackOptions;
  /** What ends together with a tag, and how many invalidations are remembered. */
  readonly invalidation?: InvalidationOptions;
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
   * `'bypass'`: the cache is switched off at first, see {@link Cache.setMode}.
   * @default 'cached'
   */
  readonly mode?: CacheMode;
  /**
   * Where `now` comes from.
   * @default the system's clock
   */
  readonly clock?: Clock;
}

/** How much memory holds, and for how long. */
export interface MemoryOptions {
  /**
   * Bytes of all entries together: the encoded length of a value, its key, and 480 bytes an entry. 0 switches memory
   * off: Redis alone holds entries.
   * @default '100mb'
   */
  readonly maxSize?: Size;
  /**
   * Entries at most; those that were not read lately leave first.
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

export const DEFAULTS = Object.freeze({
  redis: null,
  deadlineMs: '500ms',
  namespace: 'app',
  coherence: 'bus',
  maxEntrySize: '16mb',
  tombstoneTtl: '60s',
  mode: 'cached',
  clock: systemClock,
}) satisfies CacheOptions;

export const MEMORY_DEFAULTS = Object.freeze({
  maxSize: '100mb',
  maxEntries: 100_000,
  ttl: '60s',
  blindTtl: '5s',
}) satisfies MemoryOptions;

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
  readonly coherence: 'bus' | 'tracking';
  readonly bus: ResolvedBus;
  readonly policies: Readonly<Record<string, ResolvedPolicy>>;
  readonly encryption: KeyRing | undefined;
  readonly writeBack: ResolvedWriteBack;
  readonly invalidation: ResolvedInvalidation;
  readonly maxEntryBytes: number;
  readonly tombstoneTtlMs: number;
  readonly mode: CacheMode;
  readonly clock: Clock;
}

const MEMORY_KEYS = Object.keys(MEMORY_DEFAULTS);
const KEYS = [...Object.keys(DEFAULTS), 'memory', 'bus', 'policies', 'encryption', 'writeBack', 'invalidation'];

/** @throws OptionError `ERR_CACHE_OPTION`, CacheInputError `ERR_CACHE_TAG` for a policy's tags. */
export function resolveOptions(given: CacheOptions): ResolvedOptions {
  checks.known('options', given, KEYS);
  const options = withDefaults(given, DEFAULTS);
  const { memory: ofMemory = {}, policies: byName = {}, writeBack = {}, invalidation = {} } = options;
  checks.known('memory', ofMemory, MEMORY_KEYS);
  const memory = withDefaults<MemoryOptions, typeof MEMORY_DEFAULTS>(ofMemory, MEMORY_DEFAULTS);
  checks.callable('clock.now', options.clock?.now);
  const redis = resolveClient(options.redis);
  const policies = resolvePolicies(byName);
  const encryption = resolveEncryption(options.encryption);
  if (redis && !encryption) refuseEncryption(policies);
  const isMemoryTtlGiven = ofMemory.ttl !== undefined;
  return {
    redis,
    deadlineMs: checks.duration('deadlineMs', options.deadlineMs),
    namespace: checks.text('namespace', options.namespace),
    memory: {
      maxBytes: checks.size('memory.maxSize', memory.maxSize, { min: 0 }),
      maxEntries: checks.integer('memory.maxEntries', memory.maxEntries, { max: 10_000_000 }),
      ttlMs: checks.duration('memory.ttl', redis || isMemoryTtlGiven ? memory.ttl : MAX_TTL_MS, { max: MAX_TTL_MS }),
      blindTtlMs: checks.duration('memory.blindTtl', memory.blindTtl, { min: 0 }),
    },
    coherence: resolveCoherence(options.coherence, redis),
    bus: resolveBus(options.bus),
    policies,
    encryption,
    writeBack: resolveWriteBack(writeBack),
    invalidation: resolveInvalidation(invalidation),
    maxEntryBytes: checks.size('maxEntrySize', options.maxEntrySize, { max: 512 * 1024 ** 2 }),
    tombstoneTtlMs: checks.duration('tombstoneTtl', options.tombstoneTtl),
    mode: checkMode(options.mode),
    clock: options.clock,
  };
}

function resolveClient(given: unknown): RedisPort | null {
  const redis = resolveRedis(checks, given);
  if (!redis) return null;
  checks.callable('redis.duplicate', redis.duplicate);
  // ioredis would prefix keys, but neither patterns nor what a script publishes: nobody would hear an invalidation.
  refuseKeyPrefix(checks, redis);
  return redis;
}

function refuseEncryption(policies: Readonly<Record<string, ResolvedPolicy>>): void {
  for (const [name, { redis, subject }] of Object.entries(policies)) {
    const path = `policies.${name}`;
    if (redis.isEncrypted)
      throw checks.failure(`${path}.redis.encryption`, "'none' without encryption.keys", 'aes-256-gcm');
    if (subject) throw checks.failure(`${path}.subject`, 'absent without encryption.keys', subject);
  }
}

/** On a Cluster the subscriber is connected to any one node, which tracks the keys of its own slots only. */
function resolveCoherence(coherence: unknown, redis: RedisPort | null): 'bus' | 'tracking' {
  const resolved = checks.oneOf('coherence', coherence, ['bus', 'tracking']);
  if (resolved === 'tracking' && redis?.nodes) throw checks.failure('coherence', "'bus' on a Cluster", coherence);
  return resolved;
}

/** @throws OptionError `ERR_CACHE_OPTION`. */
export function checkMode(mode: unknown): CacheMode {
  return checks.oneOf('mode', mode, ['cached', 'bypass']);
}
