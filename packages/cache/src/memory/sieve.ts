/**
 * Chooses what leaves a full cache: SIEVE (Zhang and others, NSDI 2024). A hand goes from the oldest to the newest and
 * takes the first that was not used since it last came by. A use is the write of one flag, so a hit moves nothing; what is
 * read once, by a scan, leaves before what is read again. docs/decisions/ has the comparison with LRU, S3-FIFO and W-TinyLFU.
 */
export interface Sieve<Item extends Used> {
  /** As the newest. */
  add(spot: Spot<Item>): void;
  /** A spot may be added again once it was removed. */
  remove(spot: Spot<Item>): void;
  /** The one to leave next; it stays until it is removed. */
  victim(): Item | undefined;
  /** While it is walked nothing may be added or removed. */
  newestFirst(): Iterable<Item>;
  clear(): void;
}

export interface Used {
  /** Set by whoever uses it, cleared by the hand. */
  isUsed: boolean;
}

/** An item's place in an order. */
export interface Spot<Item> {
  readonly item: Item;
  newer: Spot<Item> | undefined;
  older: Spot<Item> | undefined;
}

export function spotOf<Item>(item: Item): Spot<Item> {
  return { item, newer: undefined, older: undefined };
}

export function createSieve<Item extends Used>(): Sieve<Item> {
  let newest: Spot<Item> | undefined;
  let oldest: Spot<Item> | undefined;
  let hand: Spot<Item> | undefined;

  return {
    add(spot) {
      spot.older = newest;
      if (newest) newest.newer = spot;
      else oldest = spot;
      newest = spot;
    },
    remove(spot) {
      const { newer, older } = spot;
      if (newer) newer.older = older;
      else newest = older;
      if (older) older.newer = newer;
      else oldest = newer;
      if (hand === spot) hand = newer;
      // One that grew old would keep all that came behind it from V8's young collections.
      spot.newer = undefined;
      spot.older = undefined;
    },
    victim() {
      hand ??= oldest;
      // Ends: what it has passed once is unused.
      while (hand?.item.isUsed) {
        hand.item.isUsed = false;
        hand = hand.newer ?? oldest;
      }
      return hand?.item;
    },
    *newestFirst() {
      for (let spot = newest; spot; spot = spot.older) yield spot.item;
    },
    clear() {
      newest = undefined;
      oldest = undefined;
      hand = undefined;
    },
  };
}
