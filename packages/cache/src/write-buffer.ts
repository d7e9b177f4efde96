import type { Call } from './call.ts';
import type { Lifetime } from './freshness.ts';
import type { Generation } from './generations.ts';

/** A write that memory has and Redis has not. */
export interface BufferedWrite {
  readonly call: Call;
  readonly encoded: { readonly value: unknown; readonly payload: Buffer };
  /** From the write on. */
  readonly lifetime: Lifetime;
  /** Those of the write: what is stored under a dead one is dead on arrival. */
  readonly generations: readonly Generation[];
  /** On the monotonic clock. */
  readonly writtenAtMs: number;
}

/** The last write of each key, oldest first, bounded by count and bytes. A write that was taken stays until it is settled. */
export interface WriteBuffer {
  readonly size: number;
  readonly bytes: number;
  find(id: string): BufferedWrite | undefined;
  /** Whether exactly this one is in it, and was not discarded. */
  holds(write: BufferedWrite): boolean;
  /** Replaces an earlier write of its key. @returns whether there is room. */
  add(write: BufferedWrite): boolean;
  /** The oldest, at most `count`, which are then under way. */
  take(count: number): BufferedWrite[];
  /** Ends the way of what was taken. The `refused` are due again, unless a later write or {@link WriteBuffer.discard} came. */
  settle(taken: readonly BufferedWrite[], refused: readonly BufferedWrite[]): void;
  discard(id: string): Discarded;
  discardMatching(isVictim: (write: BufferedWrite) => boolean): Discarded;
}

/** `under way`: at least one of them may reach Redis all the same. */
export type Discarded = 'none' | 'waiting' | 'under way';

/** As memory counts an entry. */
const OVERHEAD_BYTES = 256;

export function createWriteBuffer(limits: { readonly maxEntries: number; readonly maxBytes: number }): WriteBuffer {
  let waiting = new Map<string, BufferedWrite>();
  const underWay = new Map<string, BufferedWrite>();
  let bytes = 0;

  function removeFrom(writes: Map<string, BufferedWrite>, id: string): boolean {
    const write = writes.get(id);
    if (write) bytes -= bytesOf(write);
    return writes.delete(id);
  }

  function discard(id: string): Discarded {
    const wasWaiting = removeFrom(waiting, id);
    if (removeFrom(underWay, id)) return 'under way';
    return wasWaiting ? 'waiting' : 'none';
  }

  return {
    get size() {
      return waiting.size + underWay.size;
    },
    get bytes() {
      return bytes;
    },
    find: (id) => waiting.get(id) ?? underWay.get(id),
    holds(write) {
      const { id } = write.call.address;
      return waiting.get(id) === write || underWay.get(id) === write;
    },
    add(write) {
      const { id } = write.call.address;
      const earlier = waiting.get(id);
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
      const due = new Map<string, BufferedWrite>();
      for (const write of refused) {
        const { id } = write.call.address;
        if (underWay.get(id) !== write || waiting.has(id)) continue;
        underWay.delete(id);
        due.set(id, write);
      }
      for (const { call } of taken) removeFrom(underWay, call.address.id);
      // Where all were refused it was no fault of theirs, and they are the first again; one that alone is refused must not
      // keep the others waiting.
      waiting = refused.length === taken.length ? new Map([...due, ...waiting]) : new Map([...waiting, ...due]);
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
  };
}

function bytesOf({ call, encoded }: BufferedWrite): number {
  return encoded.payload.length + call.address.id.length + OVERHEAD_BYTES;
}
