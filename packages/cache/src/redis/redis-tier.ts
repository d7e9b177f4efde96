import type { RedisPort } from '@breakwater/core/redis';
import type { Announcement } from '../bus/announcement.ts';
import type { OwnWrites } from '../bus/own-writes.ts';
import { type Address, idBesideEntries } from '../entries/address.ts';
import { createChanges } from './changes.ts';
import { createGatheredReads, type GatheredReads, type Reply, replyAt } from './gathered-reads.ts';
import {
  createRedisExpire,
  createRedisInvalidate,
  createRedisReplay,
  type RedisInvalidations,
  type RedisRemovals,
  raiseFences,
} from './redis-invalidations.ts';
import type { CacheKeys } from './redis-keys.ts';
import { createRedisLeases, type RedisLeases } from './redis-leases.ts';
import { type Failure, isFailure, type RedisState } from './redis-state.ts';
import { createRedisWrites, type RedisWrites, type SeenFences } from './redis-writes.ts';

/** Everything the cache does in Redis. Calls resolve with a {@link Failure} instead of rejecting; the state counts it. */
export interface RedisTier extends RedisWrites {
  /** Whether Redis answers, by the last call. */
  isUp(): boolean;
  /** For those who read one entry after the other, and often: {@link RedisTier.read} makes promises of its own. */
  readonly reads: GatheredReads;
  read(address: Address): Promise<Reply>;
  readFences(address: Address): Promise<SeenFences | Failure>;
  /**
   * What identifies the last change of any tag. If it is the same as before a load, no tag was invalidated or expired
   * since, and a generation that was read in between was current all the time.
   */
  readTagLog(): Promise<string | Failure>;
  /** The generation of each tag, `undefined` for one that has none: what was stored under it is dead. */
  readGenerations(tags: readonly string[]): Promise<(string | undefined)[] | Failure>;
  /** The same, made where there is none, and kept for at least `ttlMs`. */
  ensureGenerations(tags: readonly string[], ttlMs: number): Promise<string[] | Failure>;
  /**
   * Puts the same generation in another form (a data key wrapped by another key), unless the tag has another by now.
   */
  rewrap(tag: string, from: string, to: string): Promise<unknown | Failure>;
  readonly leases: RedisLeases;
  readonly invalidate: RedisRemovals;
  /** {@link RedisTier.invalidate} of what Redis has refused. */
  readonly replay: RedisInvalidations;
  readonly expire: RedisInvalidations;
  /**
   * Loads that began before are not kept; no entry is ended. Other instances drop theirs from memory, and read Redis
   * again.
   */
  fence(wanted: Pick<Announcement, 'tags' | 'patterns'>): Promise<unknown | Failure>;
}

export interface RedisTierOptions {
  readonly redis: RedisPort;
  readonly keys: CacheKeys;
  readonly state: RedisState;
  readonly tombstoneTtlMs: number;
  /** Begins with `writer`. */
  readonly newId: () => string;
  readonly newGeneration: (tag: string) => string;
  /** What this instance's ids begin with. */
  readonly writer: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly messageOf: (announcement: Partial<Announcement>) => string;
  /** Recognises this process's own writes, where Redis tells of them, too (with key tracking). */
  readonly ownWrites: OwnWrites | undefined;
}

export function createRedisTier(options: RedisTierOptions): RedisTier {
  const { redis, keys, state, tombstoneTtlMs, newId, newGeneration, writer, now, messageOf, ownWrites } = options;
  const reads = createGatheredReads(redis, state, now);
  const send = createChanges(redis, {
    channel: keys.channel,
    // A script's keys share a slot.
    record: redis.nodes ? undefined : keys.record,
    messageOf,
  });
  const apply = ownWrites?.mark(send) ?? send;
  const invalidations = { redis, keys, state, apply, tombstoneTtlMs, newId };
  // A script must not cross slots, so on a Cluster a commit cannot compare the sweep; the fence of the process still
  // refuses what it hears of.
  const seesSweep = redis.nodes === undefined;

  async function read(id: string, key: string): Promise<Reply> {
    const index = reads.ask(id, key);
    const answer = reads.answer();
    await answer.come;
    return replyAt(answer, index);
  }

  async function readText(key: string): Promise<string | Failure> {
    return textOf(await read(idBesideEntries(key), key));
  }

  return {
    isUp: state.isUp,
    reads,
    read: (address) => read(address.id, keys.entry(address)),

    async readFences(address) {
      const [tombstone, sweep, tagLog] = await Promise.all([
        readText(keys.tombstone(address)),
        seesSweep ? readText(keys.sweep) : '',
        readText(keys.tagLog),
      ]);
      if (isFailure(tombstone)) return tombstone;
      if (isFailure(sweep)) return sweep;
      return isFailure(tagLog) ? tagLog : { tombstone, sweep, tagLog };
    },

    readTagLog: () => readText(keys.tagLog),
    async readGenerations(tags) {
      const texts = await Promise.all(tags.map((tag) => readText(keys.tag(tag))));
      return texts.find(isFailure) ?? texts.map((text) => (isFailure(text) || text === '' ? undefined : text));
    },

    ensureGenerations: (tags, ttlMs) =>
      state.watch(
        Promise.all(
          tags.map(async (tag) =>
            String(await apply({ verb: 'ensure', keys: [keys.tag(tag)], ttlMs, values: [newGeneration(tag)] })),
          ),
        ),
      ),

    rewrap: (tag, from, to) => state.watch(apply({ verb: 'rewrap', keys: [keys.tag(tag)], values: [from, to] })),

    ...createRedisWrites({ keys, state, apply, tombstoneTtlMs, newId, writer, seesSweep }),
    leases: createRedisLeases({ keys, state, apply }),
    invalidate: createRedisInvalidate(invalidations),
    replay: createRedisReplay(invalidations),
    expire: createRedisExpire(invalidations, now),
    fence: ({ tags, patterns }) => raiseFences(invalidations, { tags, patterns }),
  };
}

function textOf(reply: Reply): string | Failure {
  return isFailure(reply) ? reply : (reply?.toString('latin1') ?? '');
}
