import { userTagsIn } from '../generations/user-tags.ts';
import type { Invalidations } from '../targets/target.ts';
import type { AuditRecord } from './invalidation.ts';

/** The last invalidations. */
export interface Audit {
  /** @param ended what was named: its keys are counted, of its tags and patterns the first 20 are kept. */
  add(record: Omit<AuditRecord, 'keys' | 'tags' | 'patterns'>, ended: Partial<Invalidations>): void;
  /** The newest first. */
  list(): readonly AuditRecord[];
}

const MAX_NAMES = 20;

export function createAudit(size: number): Audit {
  let records: AuditRecord[] = [];

  return {
    add(record, { keys = [], tags = [], patterns = [] }) {
      records.push(
        Object.freeze({
          ...record,
          keys: keys.length,
          tags: userTagsIn(tags).slice(0, MAX_NAMES),
          patterns: patterns.slice(0, MAX_NAMES).map(([, pattern]) => pattern),
        }),
      );
      // Cut when twice as long: a shift for each record would move all the others.
      if (records.length >= Math.max(1, size * 2)) records = size === 0 ? [] : records.slice(-size);
    },
    list: () => (size === 0 ? [] : records.slice(-size).toReversed()),
  };
}
