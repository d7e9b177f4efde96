import type { CallCase, CallTopic } from '../../topic.ts';
import { TTL_MS } from './values.ts';

const HOT = 'key:0';

/** One key comes and goes, as that of an entry which is invalidated and loaded again, and all others stay. */
function ours(entries: number): CallCase {
  return {
    name: `ours-${entries}`,
    about: `cache.delete and cache.set, ${entries.toLocaleString('en-US')} entries in memory`,
    async prepare() {
      const { createCache } = await import('@breakwater/cache');
      const cache = createCache({
        memory: { maxEntries: entries, maxSize: '1gb' },
        policies: { default: { ttl: TTL_MS } },
      });
      for (const key of keysOf(entries)) await cache.set(key, 0);
      return async () => {
        await cache.delete(HOT);
        await cache.set(HOT, 0);
      };
    },
  };
}

function lruCache(entries: number): CallCase {
  return {
    name: `lru-cache-${entries}`,
    about: `delete and set of a bare lru-cache, ${entries.toLocaleString('en-US')} entries`,
    async prepare() {
      const { LRUCache } = await import('lru-cache');
      const cache = new LRUCache<string, number>({ max: entries, ttl: TTL_MS });
      for (const key of keysOf(entries)) cache.set(key, 0);
      return async () => {
        cache.delete(HOT);
        cache.set(HOT, 0);
      };
    },
  };
}

function* keysOf(entries: number): Iterable<string> {
  for (let index = 0; index < entries; index += 1) yield `key:${index}`;
}

export const hotKey: CallTopic = {
  name: 'cache/hot-key',
  question: 'What does it cost to delete a key from memory and set it again, with few entries beside it and with many?',
  reference: 'lru-cache-1000',
  measures: 'calls',
  concurrency: 1,
  cases: [lruCache(1000), lruCache(1_000_000), ours(1000), ours(1_000_000)],
  thresholds: [
    {
      case: 'ours-1000000',
      against: 'ours-1000',
      atLeast: 0.5,
      because: 'what came and went before leaves nothing behind that is walked',
    },
  ],
};
