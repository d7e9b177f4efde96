import type { Clock } from '@breakwater/core';
import { LRUCache } from 'lru-cache';
import { type Lifetimes, type StoredSession, timeLeftMs } from './lifetime.ts';
import { type RecordsObserver, type SessionRecords, TOMBSTONE_MS } from './session-records.ts';

interface MemoryRecord {
  /** JSON, so that no two requests share an object; `undefined` is a destroyed session's tombstone. */
  readonly text: string | undefined;
  readonly expiresAt: number;
}

export interface MemoryRecordsOptions {
  readonly maxSessions: number;
  readonly lifetimes: Lifetimes;
  readonly clock: Clock;
  readonly observer: RecordsObserver;
}

/** Sessions of this process alone, the least recently used dropped beyond `maxSessions`. */
export function createMemoryRecords({ maxSessions, lifetimes, clock, observer }: MemoryRecordsOptions): SessionRecords {
  const records = new LRUCache<string, MemoryRecord>({ max: maxSessions });

  function find(id: string): MemoryRecord | undefined {
    const record = records.get(id);
    if (record === undefined || record.expiresAt > clock.now()) return record;
    records.delete(id);
    return undefined;
  }

  function bury(id: string): void {
    records.set(id, { text: undefined, expiresAt: clock.now() + TOMBSTONE_MS });
  }

  function keep(id: string, session: StoredSession, text: string): void {
    const leftMs = timeLeftMs(session.bornAt, clock.now(), lifetimes);
    if (leftMs > 0) records.set(id, { text, expiresAt: clock.now() + leftMs });
    else bury(id);
  }

  return {
    tier: 'memory',
    async get(id) {
      const text = find(id)?.text;
      return text === undefined ? undefined : JSON.parse(text);
    },
    async set(id, session) {
      const present = find(id);
      if (present && present.text === undefined) observer.refused();
      else keep(id, session, JSON.stringify(session));
    },
    async touch(id, session) {
      const text = find(id)?.text;
      if (text !== undefined) keep(id, session, text);
    },
    async destroy(id) {
      bury(id);
    },
    async clear() {
      for (const id of [...records.keys()]) bury(id);
    },
    async length() {
      const now = clock.now();
      return [...records.values()].filter(({ text, expiresAt }) => text !== undefined && expiresAt > now).length;
    },
  };
}
