import { wakeMessage } from '../bus/wake-message.ts';
import type { Address } from '../entries/address.ts';
import { headerOf } from '../entries/frame.ts';
import type { ApplyChange, Change } from './changes.ts';
import type { CacheKeys } from './redis-keys.ts';
import type { LeaseClaim } from './redis-leases.ts';
import { type Failure, isFailure, type RedisState } from './redis-state.ts';

/** What the fences of a key held before a load: a commit passes only if tombstone and sweep still do. */
export interface SeenFences {
  readonly tombstone: string;
  readonly sweep: string;
  /** Not compared by a commit: see `RedisTier.readTagLog`. */
  readonly tagLog: string;
}

export interface CommitTerms {
  readonly seen: SeenFences;
  readonly claim: LeaseClaim | undefined;
  /** Whether the other instances are to drop what they have of the key: a load mostly fills what nobody has. */
  readonly isTold: boolean;
}

/** What stores entries in Redis. A `ttlMs` is an entry's whole life, stale times included: then its key leaves. */
export interface RedisWrites {
  /** Over whatever is there. */
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
  commit(address: Address, frame: Buffer, ttlMs: number, terms: CommitTerms): Promise<boolean | Failure>;
  /** Takes back a frame that a commit has stored; what has come in its place stays. */
  withdraw(address: Address, frame: Buffer): Promise<unknown | Failure>;
  /** {@link RedisWrites.commit}, which also keeps others from committing what they began before it. */
  replace(address: Address, frame: Buffer, ttlMs: number, seen: SeenFences): Promise<boolean | Failure>;
}

export interface RedisWritesOptions {
  readonly keys: CacheKeys;
  readonly state: RedisState;
  readonly apply: ApplyChange;
  readonly tombstoneTtlMs: number;
  readonly newId: () => string;
  /** What this instance's ids begin with. */
  readonly writer: string;
  /** Whether a commit compares the sweep: not on a Cluster, where it lies in another slot. */
  readonly seesSweep: boolean;
}

export function createRedisWrites(options: RedisWritesOptions): RedisWrites {
  const { keys, state, apply, tombstoneTtlMs, newId, writer, seesSweep } = options;
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

  return {
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

    async commit(address, frame, ttlMs, { seen, claim, isTold }) {
      const fences = fencesOf(address, seen);
      const claimed = claim ? [claim.token, claim.header, wakeMessage(address.id)] : [''];
      return attempt({
        verb: 'commit',
        keys: [keys.entry(address), ...fences.map(([key]) => key), ...(claim ? [keys.lease(address)] : [])],
        ttlMs,
        values: [frame, fences.length, ...fences.map(([, value]) => value), ...claimed],
        ...(isTold && { announcement: { written: [[address.space, address.key]] } }),
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
  };
}
