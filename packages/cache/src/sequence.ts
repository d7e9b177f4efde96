/**
 * Follows the sequence numbers of every publisher. Messages of one publisher may come in another order than they were
 * numbered in (a pool sends over several connections), so a hole counts as a loss only after `graceMs`.
 */
export interface SequenceWatch {
  heard(publisher: string, sequence: number, nowMs: number): void;
  /**
   * `open`: a number is missing, and may still come; ask again after `graceMs`. `lost`: one has been missing for that
   * long; nothing is missing any more after this answer.
   */
  check(nowMs: number): 'whole' | 'open' | 'lost';
  /** After a reconnect everybody begins anew. */
  reset(): void;
}

interface Publisher {
  next: number;
  /** Numbers passed over, with the time that was seen. */
  readonly missing: Map<number, number>;
}

/** Publishers that came and went (deploys) are forgotten, the longest silent first. */
const MAX_PUBLISHERS = 1000;
/** A jump this wide is a loss, and no reason to remember every number of it. */
const MAX_HOLE = 1000;

export function createSequenceWatch(graceMs: number): SequenceWatch {
  const publishers = new Map<string, Publisher>();
  const incomplete = new Set<Publisher>();
  let isLost = false;

  function publisherOf(name: string, sequence: number): Publisher {
    const publisher = publishers.get(name) ?? { next: sequence, missing: new Map() };
    publishers.delete(name);
    publishers.set(name, publisher);
    if (publishers.size > MAX_PUBLISHERS) {
      for (const longestSilent of publishers.keys()) {
        publishers.delete(longestSilent);
        break;
      }
    }
    return publisher;
  }

  return {
    heard(name, sequence, nowMs) {
      const publisher = publisherOf(name, sequence);
      publisher.missing.delete(sequence);
      if (sequence - publisher.next > MAX_HOLE) isLost = true;
      else for (let gap = publisher.next; gap < sequence; gap += 1) publisher.missing.set(gap, nowMs);
      publisher.next = Math.max(publisher.next, sequence + 1);
      if (publisher.missing.size > 0) incomplete.add(publisher);
      else incomplete.delete(publisher);
    },
    check(nowMs) {
      const isOverdue = [...incomplete].some(({ missing }) =>
        [...missing.values()].some((sinceMs) => nowMs - sinceMs >= graceMs),
      );
      if (!isOverdue && !isLost) return incomplete.size > 0 ? 'open' : 'whole';
      isLost = false;
      for (const { missing } of incomplete) missing.clear();
      incomplete.clear();
      return 'lost';
    },
    reset() {
      publishers.clear();
      incomplete.clear();
      isLost = false;
    },
  };
}
