import type { RedisPort } from '@breakwater/core/redis';
import type { Ledger, LedgerEntry } from './book.ts';
import { createMemoryLedger } from './memory-ledger.ts';
import { createRedisLedger } from './redis-ledger.ts';

/**
 * A ledger in Redis, or in this process where there is none. What this process wrote it also remembers itself: while
 * Redis is away an entry is kept, seen here, and reported as not durable, instead of refused or lost.
 *
 * @param kind names the ledger's keys, such as `trades`.
 * @param isEntry tells an entry from whatever else might lie under such a key.
 */
export function createLedger<Entry extends LedgerEntry>(
  kind: string,
  isEntry: (value: unknown) => value is Entry,
  redis?: RedisPort,
): Ledger<Entry> {
  const own = createMemoryLedger<Entry>();
  if (!redis) return own;
  const shared = createRedisLedger(kind, isEntry, redis);
  return {
    async append(book, entry) {
      await own.append(book, entry);
      return shared.append(book, entry).catch(() => false);
    },
    async recent(book, limit) {
      const [here, there] = await Promise.all([
        own.recent(book, limit),
        shared.recent(book, limit).catch((): Entry[] => []),
      ]);
      return newestFirst([...there, ...here]).slice(0, limit);
    },
  };
}

function newestFirst<Entry extends LedgerEntry>(entries: readonly Entry[]): Entry[] {
  const distinct = new Map(entries.map((entry) => [entry.id, entry]));
  return [...distinct.values()].sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
}
