/**
 * Follows the sequence numbers of every publisher. Messages of one publisher may come in another order than they were
 * numbered in (a pool sends over several connections), so a hole counts as a loss only after `graceMs`.
 */
export interface SequenceWatch {
  heard(publisher: string, sequence: number, nowMs: number): void;
  /** The publisher says that it has given out every number up to this one. */
  claimed(publisher: string, sequence: number, nowMs: number): void;
  /** Whether this publisher is known, and no number up to this one is missing. */
  hasAll(publisher: string, sequence: number): boolean;
  /** Whether no number is missing. */
  readonly isWhole: boolean;
  /** `open`: a number is missing, and may still come; ask again after `graceMs`. `lost`: one is missing for that long. */
  check(nowMs: number): 'whole' | 'open' | 'lost';
  /** What was missing by `untilMs` has been made up for. */
  settle(untilMs: number): void;
  /** Everybody begins anew. */
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
    const publisher = publishers.get(name) ?? { next: sequence + 1, missing: new Map() };
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

  /** Of a publisher that was not known before, nothing earlier counts as missed. */
  function note(name: string, sequence: number, nowMs: number): Publisher {
    const publisher = publisherOf(name, sequence);
    if (sequence - publisher.next >= MAX_HOLE) isLost = true;
    else for (let gap = publisher.next; gap <= sequence; gap += 1) publisher.missing.set(gap, nowMs);
    publisher.next = Math.max(publisher.next, sequence + 1);
    return publisher;
  }

  function sort(publisher: Publisher): void {
    if (publisher.missing.size > 0) incomplete.add(publisher);
    else incomplete.delete(publisher);
  }

  function settle(untilMs: number): void {
    isLost = false;
    for (const publisher of incomplete) {
      for (const [sequence, sinceMs] of publisher.missing) if (sinceMs <= untilMs) publisher.missing.delete(sequence);
      sort(publisher);
    }
  }

  return {
    hasAll(name, sequence) {
      const publisher = publishers.get(name);
      if (!publisher || publisher.next <= sequence || isLost) return false;
      for (const missing of publisher.missing.keys()) if (missing <= sequence) return false;
      return true;
    },
    get isWhole() {
      return incomplete.size === 0 && !isLost;
    },
    heard(name, sequence, nowMs) {
      const publisher = note(name, sequence, nowMs);
      publisher.missing.delete(sequence);
      sort(publisher);
    },
    claimed(name, sequence, nowMs) {
      sort(note(name, sequence, nowMs));
    },
    check(nowMs) {
      const isOverdue = [...incomplete].some(({ missing }) =>
        [...missing.values()].some((sinceMs) => nowMs - sinceMs >= graceMs),
      );
      if (isOverdue || isLost) return 'lost';
      return incomplete.size > 0 ? 'open' : 'whole';
    },
    settle,
    reset() {
      publishers.clear();
      incomplete.clear();
      isLost = false;
    },
  };
}
