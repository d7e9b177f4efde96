import type { Call } from '../call.ts';
import type { Encoded } from '../entries/encoded.ts';
import type { Lifetime } from '../entries/freshness.ts';
import type { Generation } from '../generations/generations.ts';
import type { Source } from '../options/source.ts';

/** A write that memory has, and Redis and the source, if there is one, have not. */
export interface BufferedWrite {
  readonly call: Call;
  readonly encoded: Encoded;
  /** From the write on. */
  readonly lifetime: Lifetime;
  /** Those of the write: what is stored under a dead one is dead on arrival. */
  readonly generations: readonly Generation[];
  /** On the monotonic clock, in whole milliseconds. */
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
const OVERHEAD_BYTES = 480;

/**
 * Where the writes of a key are, used again for another key when they have left. Not the writes themselves: a Map leaves its tables
 * behind as it grows and shrinks, and what they name is kept by young collections (see `memory/bounded-map.ts`). A buffer that fills
 * and empties all the time would have every write copied that ever passed it.
 */
interface Place {
  id: string;
  waiting: BufferedWrite | undefined;
  underWay: BufferedWrite | undefined;
}

export function createWriteBuffer(limits: { readonly maxEntries: number; readonly maxBytes: number }): WriteBuffer {
  /** What waits, the oldest first; what is under way lies among it. */
  const places = new Map<string, Place>();
  const spares: Place[] = [];
  const unkept = new WeakSet<BufferedWrite>();
  let size = 0;
  let bytes = 0;

  function placeOf(id: string): Place {
    const present = places.get(id);
    if (present) return present;
    const place = spares.pop() ?? { id, waiting: undefined, underWay: undefined };
    place.id = id;
    places.set(id, place);
    return place;
  }

  /** @returns whether there was one. */
  function empty(place: Place, stage: 'waiting' | 'underWay'): boolean {
    const write = place[stage];
    if (!write) return false;
    place[stage] = undefined;
    size -= 1;
    bytes -= bytesOf(write);
    if (place.waiting || place.underWay) return true;
    places.delete(place.id);
    spares.push(place);
    return true;
  }

  /** Behind all others. */
  function requeue(place: Place): void {
    places.delete(place.id);
    places.set(place.id, place);
  }

  function discardFrom(place: Place, stage: 'waiting' | 'underWay'): boolean {
    const write = place[stage];
    if (!write?.source) return empty(place, stage);
    // Its flush checks before and after it writes to Redis, so nobody has to wait for it.
    unkept.add(write);
    return false;
  }

  function discard(id: string): Discarded {
    const place = places.get(id);
    if (!place) return 'none';
    const wasWaiting = discardFrom(place, 'waiting');
    if (discardFrom(place, 'underWay')) return 'under way';
    return wasWaiting ? 'waiting' : 'none';
  }

  function discardVictims(place: Place, isVictim: (write: BufferedWrite) => boolean): Discarded {
    const { waiting, underWay } = place;
    // What is under way is older than what waits, and not the other way round.
    if (waiting && isVictim(waiting)) return discard(place.id);
    return underWay && isVictim(underWay) && discardFrom(place, 'underWay') ? 'under way' : 'none';
  }

  return {
    size: () => size,
    bytes: () => bytes,
    // Every read asks, and mostly there is nothing.
    find(id) {
      if (size === 0) return undefined;
      const place = places.get(id);
      return place?.waiting ?? place?.underWay;
    },
    holds(write) {
      const place = places.get(write.call.address.id);
      return place?.waiting === write || place?.underWay === write;
    },
    isKept: (write) => !unkept.has(write),
    add(write) {
      const { id } = write.call.address;
      const present = places.get(id);
      const earlier = present?.waiting;
      // What is due for one source is not replaced by what is for another.
      const due = earlier ?? present?.underWay;
      if (due && due.source !== write.source) return false;
      const bytesAfter = bytes + bytesOf(write) - (earlier ? bytesOf(earlier) : 0);
      const sizeAfter = size + (earlier ? 0 : 1);
      if (sizeAfter > limits.maxEntries || bytesAfter > limits.maxBytes) return false;
      const place = present ?? placeOf(id);
      place.waiting = write;
      size = sizeAfter;
      bytes = bytesAfter;
      return true;
    },
    take(count) {
      const taken: BufferedWrite[] = [];
      for (const place of places.values()) {
        if (taken.length === count) break;
        const { waiting } = place;
        if (!waiting || place.underWay) continue;
        place.waiting = undefined;
        place.underWay = waiting;
        taken.push(waiting);
      }
      return taken;
    },
    settle(taken, refused) {
      for (const write of refused) {
        const place = places.get(write.call.address.id);
        if (place?.underWay !== write || place.waiting) continue;
        place.underWay = undefined;
        place.waiting = write;
        requeue(place);
      }
      for (const write of taken) {
        const place = places.get(write.call.address.id);
        if (place?.underWay !== write) continue;
        empty(place, 'underWay');
        // It came behind what others wait for by now: a key that is written all the time must not be first all the time.
        if (place.waiting) requeue(place);
      }
    },
    discard,
    discardMatching(isVictim) {
      let found: Discarded = 'none';
      for (const place of [...places.values()]) {
        const discarded = discardVictims(place, isVictim);
        if (found !== 'under way' && discarded !== 'none') found = discarded;
      }
      return found;
    },
    remove(id) {
      const place = places.get(id);
      if (!place) return;
      empty(place, 'waiting');
      empty(place, 'underWay');
    },
  };
}

function bytesOf({ call, encoded }: BufferedWrite): number {
  return encoded.bytes + call.address.id.length + OVERHEAD_BYTES;
}
