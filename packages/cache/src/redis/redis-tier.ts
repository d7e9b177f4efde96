import type { RedisPort } from '@breakwater/core/redis';
import type { Announcement } from '../bus/announcement.ts';
import type { OwnWrites } from '../bus/own-writes.ts';
import { wakeMessage } from '../bus/wake-message.ts';
import { type Address, idBesideEntries } from '../entries/address.ts';
import { headerOf } from '../entries/frame.ts';
import { type Change, createChanges } from './changes.ts';
import { createGatheredReads, type GatheredReads, type Reply, replyAt } from './gathered-reads.ts';
import {
  createRedisExpire,
  createRedisInvalidate,
  createRedisReplay,
  type RedisInvalidations,
  raiseFences,
} from './redis-invalidations.ts';
import type { CacheKeys } from './redis-keys.ts';
import { createRedisLeases, type LeaseClaim, type RedisLeases } from './redis-leases.ts';
import { type Failure, isFailure, type RedisState } from './redis-state.ts';

/** What the fences of a key held before a load: a commit passes only if tombstone and sweep still do. */
export interface SeenFences {
  readonly tombstone: string;
  readonly sweep: string;
  /** Not compared by a commit: see {@link RedisTier.readTagLog}. */
  readonly tagLog: string;
}

/** Everything the cache does in Redis. Calls resolve with a {@link Failure} instead of rejecting; the state counts it. */
export interface RedisTier {
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
  store(address: Address, frame: Buffer, ttlMs: number): Promise<unknown | Failure>;
  /**
   * Stores an entry unless another instance has invalidated the key since it was written.
   *
   * @param writtenAtMs by `performance.now()`, in whole milliseconds
   * @returns whether it was stored; 'doubtful' where it was, but the key may have been invalidated while it was on
   * its way.
   */
  flush(address: Address, frame: Buffer, ttlMs: number, writtenAtMs: number): Promise<boolean | 'doubtful' | Failure>;
  /**
   * Stores an entry if every fence is what it was before the load. Ends the lease it was loaded under in any case.
   *
   * @returns whether it was stored.
   */
  commit(
    address: Address,
    frame: Buffer,
    ttlMs: number,
    seen: SeenFences,
    claim: LeaseClaim | undefined,
  ): Promise<boolean | Failure>;
  /** Takes back a frame that a commit has stored; what has come in its place stays. */
  withdraw(address: Address, frame: Buffer): Promise<unknown | Failure>;
  /** {@link RedisTier.commit}, which also keeps others from committing what they began before it. */
  replace(address: Address, frame: Buffer, ttlMs: number, seen: SeenFences): Promise<boolean | Failure>;
  readonly leases: RedisLeases;
  readonly invalidate: RedisInvalidations;
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
  let lastOrigin = { ageMs: -1, text: '' };

  function fencesOf(address: Address, seen: SeenFences): (readonly [key: string, value: string])[] {
    const tombstone = [keys.tombstone(address), seen.tombstone] as const;
    return seesSweep ? [tombstone, [keys.sweep, seen.sweep]] : [tombstone];
  }

  /** For a change that says whether it was made. A client may be set to return numbers as texts (ioredis's `stringNumbers`). */
  async function attempt(change: Change): Promise<boolean | Failure> {
    const made = await state.watch(apply(change));
    return isFailure(made) ? made : Number(made) === 1;
  }

  /** Of the writes of a moment the same text, made once. */
  function originOf(ageMs: number): string {
    if (lastOrigin.ageMs !== ageMs) lastOrigin = { ageMs, text: `${ageMs} ${tombstoneTtlMs} ${writer}` };
    return lastOrigin.text;
  }

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

    store: (address, frame, ttlMs) =>
      state.watch(
        apply({
          verb: 'store',
          keys: [keys.entry(address)],
          ttlMs,
          values: [frame],
          announcement: { written: [[address.space, address.key]] },
        }),
      ),

    flush(address, frame, ttlMs, writtenAtMs) {
      const ageMs = () => Math.ceil(performance.now()) - writtenAtMs;
      const flushed = apply({
        verb: 'flush',
        keys: [keys.entry(address), keys.tombstone(address)],
        ttlMs,
        origin: originOf(ageMs()),
        values: [frame],
        announcement: { written: [[address.space, address.key]] },
      });
      return flushed.then((reply) => {
        const verdict = Number(state.answered(reply));
        return verdict < 0 && -verdict <= ageMs() ? 'doubtful' : verdict !== 0;
      }, state.failed);
    },

    async commit(address, frame, ttlMs, seen, claim) {
      const fences = fencesOf(address, seen);
      const claimed = claim ? [claim.token, claim.header, wakeMessage(address.id)] : [''];
      return attempt({
        verb: 'commit',
        keys: [keys.entry(address), ...fences.map(([key]) => key), ...(claim ? [keys.lease(address)] : [])],
        ttlMs,
        values: [frame, fences.length, ...fences.map(([, value]) => value), ...claimed],
      });
    },

    withdraw: (address, frame) =>
      state.watch(
        apply({
          verb: 'withdraw',
          keys: [keys.entry(address)],
          values: [headerOf(frame)],
          announcement: { written: [[address.space, address.key]] },
        }),
      ),

    async replace(address, frame, ttlMs, seen) {
      const fences = fencesOf(address, seen);
      return attempt({
        verb: 'replace',
        keys: [keys.entry(address), keys.tombstone(address), ...fences.map(([key]) => key)],
        ttlMs,
        values: [frame, newId(), tombstoneTtlMs, fences.length, ...fences.map(([, value]) => value)],
        announcement: { written: [[address.space, address.key]] },
      });
    },

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
