import type { Encoded } from '../entries/encoded.ts';
import type { Lifetime } from '../entries/freshness.ts';
import type { Generation } from '../generations/generations.ts';
import type { Call } from '../parts/call.ts';
import type { Source } from './source.ts';

/** A write that memory has, and Redis and the source, if there is one, have not. */
export interface BufferedWrite {
  readonly call: Call;
  readonly encoded: Encoded;
  /** From the write on. */
  readonly lifetime: Lifetime;
  /** Those of the write: what is stored under a dead one is dead on arrival. */
  readonly generations: readonly Generation[];
  /** On the monotonic clock. */
  readonly writtenAtMs: number;
  /** Is to store the value before Redis gets it. */
  readonly source: Source | undefined;
}

/** The last write of each key, oldest first, bounded by count and bytes. A write that was taken stays until it is settled. */
export interface WriteBuffer {
  size(): number;
  bytes(): number;
  /** The write that is due for the key, even where it was invalidated and is for its source alone. */
  find(id: string): BufferedWrite | undefined;
  /** Whether exactly this one is still due. */
  holds(write: BufferedWrite): boolean;
  /** Whether the tiers may have it, too: one that was invalidated since is for its source alone. */
  isKept(write: BufferedWrite): boolean;
  /** Replaces an earlier write of its key. @returns whether there is room. */
  add(write: BufferedWrite): boolean;
  /** The oldest, at most `count`, which are then under way. */
  take(count: number): BufferedWrite[];
  /** Ends the way of what was taken. The `refused` are due again, behind the others, unless something newer came. */
  settle(taken: readonly BufferedWrite[], refused: readonly BufferedWrite[]): void;
  /** Has the tiers not get it, after an invalidation. */
  discard(id: string): Discarded;
  discardMatching(isVictim: (write: BufferedWrite) => boolean): Discarded;
  /** A later write of the key has reached everything. */
  remove(id: string): void;
}

/** `under way`: at least one of them may reach Redis all the same. */
export type Discarded = 'none' | 'waiting' | 'under way';

/** As memory counts an entry. */
const OVERHEAD_BYTES = 256;

export function createWriteBuffer(limits: { readonly maxEntries: number; readonly maxBytes: number }): WriteBuffer {
  const waiting = new Map<string, BufferedWrite>();
  const underWay = new Map<string, BufferedWrite>();
  const unkept = new WeakSet<BufferedWrite>();
  let bytes = 0;

  function removeFrom(writes: Map<string, BufferedWrite>, id: string): boolean {
    const write = writes.get(id);
    if (write) bytes -= bytesOf(write);
    return writes.delete(id);
  }

  function discardFrom(writes: Map<string, BufferedWrite>, id: string): boolean {
    const write = writes.get(id);
    if (!write?.source) return removeFrom(writes, id);
    // Its flush checks before and after it writes to Redis, so nobody has to wait for it.
    unkept.add(write);
    return false;
  }

  function discard(id: string): Discarded {
    const wasWaiting = discardFrom(waiting, id);
    if (discardFrom(underWay, id)) return 'under way';
    return wasWaiting ? 'waiting' : 'none';
  }

  return {
    size: () => waiting.size + underWay.size,
    bytes: () => bytes,
    // Every read asks, and mostly there is nothing.
    find: (id) => (waiting.size + underWay.size === 0 ? undefined : (waiting.get(id) ?? underWay.get(id))),
    holds(write) {
      const { id } = write.call.address;
      return waiting.get(id) === write || underWay.get(id) === write;
    },
    isKept: (write) => !unkept.has(write),
    add(write) {
      const { id } = write.call.address;
      const earlier = waiting.get(id);
      // What is due for one source is not replaced by what is for another.
      const due = earlier ?? underWay.get(id);
      if (due && due.source !== write.source) return false;
      const bytesAfter = bytes + bytesOf(write) - (earlier ? bytesOf(earlier) : 0);
      const sizeAfter = waiting.size + underWay.size + (earlier ? 0 : 1);
      if (sizeAfter > limits.maxEntries || bytesAfter > limits.maxBytes) return false;
      waiting.set(id, write);
      bytes = bytesAfter;
      return true;
    },
    take(count) {
      const taken: BufferedWrite[] = [];
      for (const [id, write] of waiting) {
        if (taken.length === count) break;
        waiting.delete(id);
        underWay.set(id, write);
        taken.push(write);
      }
      return taken;
    },
    settle(taken, refused) {
      for (const write of refused) {
        const { id } = write.call.address;
        if (underWay.get(id) !== write || waiting.has(id)) continue;
        underWay.delete(id);
        waiting.set(id, write);
      }
      for (const { call } of taken) removeFrom(underWay, call.address.id);
    },
    discard,
    discardMatching(isVictim) {
      let found: Discarded = 'none';
      for (const write of [...waiting.values(), ...underWay.values()]) {
        if (!isVictim(write)) continue;
        const discarded = discard(write.call.address.id);
        if (found !== 'under way' && discarded !== 'none') found = discarded;
      }
      return found;
    },
    remove(id) {
      removeFrom(waiting, id);
      removeFrom(underWay, id);
    },
  };
}

function bytesOf({ call, encoded }: BufferedWrite): number {
  return encoded.bytes + call.address.id.length + OVERHEAD_BYTES;
}
