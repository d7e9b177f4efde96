import type { UnreadableReason } from './events.ts';
import type { StoredSession } from './lifetime.ts';
import type { SessionStats } from './stats.ts';

/** Where sessions lie, by session id. Both tiers pass one contract suite. */
export interface SessionRecords {
  readonly tier: SessionStats['tier'];
  /** What lies there; nothing where there is none or it cannot be read. */
  get(id: string): Promise<unknown>;
  /** Stores a session for as long as it may live on, unless it was destroyed; one that may not live on is destroyed. */
  set(id: string, session: StoredSession): Promise<void>;
  /** The same lifetime anew for a session that is there; never makes one. */
  touch(id: string, session: StoredSession): Promise<void>;
  /** Removes a session, and for {@link TOMBSTONE_MS} refuses to store it again. */
  destroy(id: string): Promise<void>;
  clear(): Promise<void>;
  length(): Promise<number>;
}

/** What a tier tells the store about, to be counted and made events of. */
export interface RecordsObserver {
  unreadable(reason: UnreadableReason): void;
  refused(): void;
  redisAnswered(): void;
  redisFailed(error: unknown): void;
}

/** An hour: longer than a request runs that read the session before it was destroyed and saves it after. */
export const TOMBSTONE_MS = 3_600_000;
