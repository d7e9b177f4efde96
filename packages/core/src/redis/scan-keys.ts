import type { RedisPort } from './port.ts';

/**
 * The keys that match `pattern`, a page at a time, over every master of a Cluster. SCAN may name a key twice and
 * misses none that was there throughout. Never on a request path.
 */
export async function* scanKeys(redis: RedisPort, pattern: string, pageSize = 500): AsyncGenerator<string[]> {
  for (const node of redis.nodes?.('master') ?? [redis]) {
    let cursor = '0';
    do {
      const [next, keys] = await node.scan(cursor, 'MATCH', pattern, 'COUNT', pageSize);
      if (keys.length > 0) yield keys;
      cursor = next;
    } while (cursor !== '0');
  }
}
