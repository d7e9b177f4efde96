import { createKeySpace, defineScript, type RedisPort, runScript } from '@breakwater/core/redis';
import { BOOK_LENGTH, type Ledger, type LedgerEntry } from './book.ts';

/** A book nobody has read or written for a week is gone: no key stays for ever. */
const IDLE_MS = 7 * 86_400_000;

const APPEND = defineScript(`
redis.call('LPUSH', KEYS[1], ARGV[1])
redis.call('LTRIM', KEYS[1], 0, ARGV[2] - 1)
return redis.call('PEXPIRE', KEYS[1], ARGV[3])
`);

const RECENT = defineScript(`
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('LRANGE', KEYS[1], 0, ARGV[1] - 1)
`);

/** One list a book, seen by every instance. Rejects as Redis does. */
export function createRedisLedger<Entry extends LedgerEntry>(
  kind: string,
  isEntry: (value: unknown) => value is Entry,
  redis: RedisPort,
): Ledger<Entry> {
  const keys = createKeySpace('trading-api');
  return {
    async append(book, entry) {
      await runScript(redis, APPEND, [keys.key(kind, book)], [JSON.stringify(entry), BOOK_LENGTH, IDLE_MS]);
      return true;
    },
    async recent(book, limit) {
      const lines = (await runScript(redis, RECENT, [keys.key(kind, book)], [limit, IDLE_MS])) as string[];
      return lines.map(parse).filter(isEntry);
    },
  };
}

/** Stored data is no promise: a line that is not JSON is no entry. */
function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
