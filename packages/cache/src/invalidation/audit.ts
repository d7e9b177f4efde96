import type { AuditRecord } from './invalidation.ts';

/** The last invalidations, the newest first. */
export interface Audit {
  add(record: AuditRecord): void;
  list(): readonly AuditRecord[];
}

export function createAudit(size: number): Audit {
  let records: AuditRecord[] = [];
  return {
    add(record) {
      records.push(Object.freeze(record));
      // Cut when twice as long: a shift for each record would move all the others.
      if (records.length >= Math.max(1, size * 2)) records = size === 0 ? [] : records.slice(-size);
    },
    list: () => (size === 0 ? [] : records.slice(-size).toReversed()),
  };
}
