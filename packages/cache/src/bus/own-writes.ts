import type { ApplyChange, Change } from '../redis/changes.ts';

/**
 * Entries that this process is writing: Redis tells it of its own writes as it does of everybody's, and what was just
 * put into memory must not leave it for that.
 *
 * Marks are not counted: Redis may tell of two writes of one moment as one, and a mark that is left over would hide
 * somebody else's change. So where a process writes an entry twice in a row, the second may drop it from memory.
 */
export interface OwnWrites {
  /** The same function, which marks the entries it writes. */
  mark(apply: ApplyChange): ApplyChange;
  /** Whether the change that Redis tells of is this process's own. Takes the mark away. */
  take(entry: string): boolean;
  clear(): void;
}

const WRITES: ReadonlySet<Change['verb']> = new Set(['store', 'commit', 'replace', 'flush']);
/** Redis has told nobody of a write whose mark was not taken by then. */
const MARK_LASTS_MS = 5000;
const MAX_MARKS = 10_000;

export function createOwnWrites(now = () => performance.now()): OwnWrites {
  /** The oldest first. */
  const marks = new Map<string, number>();

  function add(entry: string): void {
    marks.delete(entry);
    marks.set(entry, now());
    for (const [oldest, atMs] of marks) {
      if (marks.size <= MAX_MARKS && now() - atMs < MARK_LASTS_MS) return;
      marks.delete(oldest);
    }
  }

  return {
    mark: (apply) => async (change) => {
      const [entry] = change.keys;
      if (entry === undefined || !WRITES.has(change.verb)) return apply(change);
      add(entry);
      let isWritten = false;
      try {
        const reply = await apply(change);
        // A fence or another's value may have kept it from being written: then Redis tells of nothing.
        isWritten = Number(reply) !== 0;
        return reply;
      } finally {
        if (!isWritten) marks.delete(entry);
      }
    },
    take(entry) {
      const atMs = marks.get(entry);
      marks.delete(entry);
      return atMs !== undefined && now() - atMs < MARK_LASTS_MS;
    },
    clear: () => marks.clear(),
  };
}
