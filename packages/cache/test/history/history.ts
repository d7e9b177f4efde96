/** What was done to the cache, with the versions of a source that only grows. Times are of one clock, in milliseconds. */
export type Operation = Read | Invalidation | SetOperation;

interface Timed {
  /** The process. */
  readonly by: number;
  readonly startMs: number;
  readonly endMs: number;
}

export interface Read extends Timed {
  readonly does: 'read';
  readonly key: string;
  readonly version: number;
}

/** Only those that Redis took: the others promise nothing. */
export interface Invalidation extends Timed {
  readonly does: 'invalidate';
  readonly target: string;
  /** What the source had of each key before it began: nothing older may be read after it. */
  readonly versions: Readonly<Record<string, number>>;
}

/** A value that was put into the cache, which may be older than what was invalidated while it was on its way. */
export interface SetOperation extends Timed {
  readonly does: 'set';
  readonly key: string;
  readonly version: number;
}

export interface Violation {
  readonly read: Read;
  readonly after: Invalidation;
}

export interface Verdict {
  readonly reads: number;
  readonly invalidations: number;
  /** The longest that a version was read after an invalidation that ended it. */
  readonly stalestMs: number;
  readonly violations: readonly Violation[];
}

/**
 * Finds reads of a version older than an invalidation left, that began more than `boundMs` after it was acknowledged, or at all
 * after that in the process that had called it.
 *
 * A version that somebody set while or after the invalidation ran is no violation: whoever sets a value that is no longer
 * the source's has overwritten what the invalidation did.
 */
export function checkHistory(operations: readonly Operation[], boundMs: number): Verdict {
  const reads = operations.filter((operation) => operation.does === 'read');
  const invalidations = operations.filter((operation) => operation.does === 'invalidate');
  const sets = groupByKey(operations.filter((operation) => operation.does === 'set'));
  const violations: Violation[] = [];
  let stalestMs = 0;
  for (const [key, ofKey] of groupByKey(reads)) {
    const ending = invalidations.filter(({ versions }) => versions[key] !== undefined).sort(byEnd);
    const newest = newestSoFar(ending.map(({ versions }) => versions[key] ?? 0));
    for (const read of ofKey) {
      const count = countBefore(ending, read.startMs);
      // The usual case, without a look at each of them.
      if ((newest[count - 1] ?? 0) <= read.version) continue;
      const wasSetSince = (after: Invalidation) =>
        (sets.get(key) ?? []).some(({ version, endMs }) => version === read.version && endMs >= after.startMs);
      const overlooked = ending
        .slice(0, count)
        .filter((after) => (after.versions[key] ?? 0) > read.version && !wasSetSince(after));
      stalestMs = Math.max(stalestMs, ...overlooked.map(({ endMs }) => read.startMs - endMs));
      const after = overlooked.find(({ by, endMs }) => by === read.by || read.startMs - endMs > boundMs);
      if (after) violations.push({ read, after });
    }
  }
  return { reads: reads.length, invalidations: invalidations.length, stalestMs, violations };
}

function byEnd(one: Timed, other: Timed): number {
  return one.endMs - other.endMs;
}

function newestSoFar(versions: readonly number[]): number[] {
  let newest = 0;
  return versions.map((version) => {
    newest = Math.max(newest, version);
    return newest;
  });
}

/** How many ended before `timeMs`, of those sorted by their end. */
function countBefore(sorted: readonly Timed[], timeMs: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle]?.endMs ?? 0) < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

function groupByKey<Keyed extends { readonly key: string }>(all: readonly Keyed[]): Map<string, Keyed[]> {
  const groups = new Map<string, Keyed[]>();
  for (const one of all) {
    const group = groups.get(one.key) ?? [];
    group.push(one);
    groups.set(one.key, group);
  }
  return groups;
}
