/** The tag of everything in the namespace. Users' tags are never empty. */
export const NAMESPACE_TAG = '';

/**
 * One generation of a tag, as this process knows it. Entries hold on to the object they were loaded under, so whether
 * an entry's tags are current is a look at a field of each, and invalidating a tag is one write.
 */
export interface Generation {
  readonly tag: string;
  /**
   * Never given twice. A counter would be: one that Redis has lost begins anew, and stamps of dead entries would
   * match again.
   */
  readonly id: string;
  /** Whether Redis knows it; without Redis, or while it is away, a generation is this process's own. */
  readonly shared: boolean;
  /** False once its tag was invalidated or expired, or this process can no longer vouch for it. */
  readonly isCurrent: boolean;
  /** When its tag was expired, milliseconds since the epoch; 0 where it was not. */
  expiredAtMs: number;
  /** What stale entries stand on after an expiry of the tag: current until the tag is invalidated. */
  remains: Generation | undefined;
  /** Entries in memory that carry the tag and are not dead. */
  readonly tally: { entries: number };
  /** Until when Redis keeps it at least, milliseconds since the epoch; 0 where only read. */
  livesUntilMs: number;
  /** When Redis named it last, or was asked to. */
  confirmedAtMs: number;
  /** What the entries of a subject are encrypted with; other tags have none. */
  readonly dataKey: Buffer | undefined;
}

/**
 * Counts the generations that have ended: what was current at a count is current for as long as the count is the
 * same.
 */
export interface Ends {
  count: number;
}

/** One that is current. */
export function createGeneration(
  known: Pick<Generation, 'tag' | 'id' | 'shared' | 'livesUntilMs' | 'confirmedAtMs' | 'dataKey'>,
): Generation {
  return { ...known, isCurrent: true, expiredAtMs: 0, remains: undefined, tally: { entries: 0 } };
}

/** Nothing else ends a generation: hits rely on the count. */
export function end(generation: { isCurrent: boolean }, ends: Ends): void {
  generation.isCurrent = false;
  ends.count += 1;
}

export function areCurrent(generations: readonly Generation[]): boolean {
  // By index: every hit in Redis passes here, and an iterator costs as much as the rest of it.
  for (let index = 0; index < generations.length; index += 1) {
    if (!(generations[index] as Generation).isCurrent) return false;
  }
  return true;
}

/** What an entry of these generations is encrypted with, `undefined` where it is about no subject. */
export function dataKeyOf(generations: readonly Generation[]): Buffer | undefined {
  // By index, as above.
  for (let index = 0; index < generations.length; index += 1) {
    const { dataKey } = generations[index] as Generation;
    if (dataKey) return dataKey;
  }
  return undefined;
}

/**
 * Since when an entry that stands on `generations` is stale: the first of the expiries that ended one of them. `Infinity`
 * where all are current, `undefined` where the entry is dead.
 */
export function staleSince(generations: readonly Generation[]): number | undefined {
  let sinceMs = Number.POSITIVE_INFINITY;
  for (const { isCurrent, remains, expiredAtMs } of generations) {
    if (isCurrent) continue;
    if (!remains?.isCurrent) return undefined;
    sinceMs = Math.min(sinceMs, expiredAtMs);
  }
  return sinceMs;
}
