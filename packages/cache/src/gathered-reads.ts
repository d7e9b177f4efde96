import type { RedisPort } from '@breakwater/core/redis';

/** Reads keys of one slot. What is read in one turn of the event loop leaves as one MGET. */
export type GatheredRead = (keys: readonly string[]) => Promise<readonly (Buffer | null)[]>;

interface Waiter {
  readonly indexes: readonly number[];
  resolve(values: (Buffer | null)[]): void;
  reject(error: unknown): void;
}

/** An MGET much longer than this holds up everybody else's commands. */
const MAX_KEYS = 512;

/**
 * On a Cluster the keys of a call leave together, and no more: an MGET must not cross slots.
 *
 * Waits for `setImmediate`, not the next tick: requests that arrived on different sockets in one turn are different
 * ticks, and gathering them is the point.
 */
export function createGatheredReads(redis: RedisPort): GatheredRead {
  if (redis.nodes) return (keys) => redis.mgetBuffer([...keys]);

  let positions = new Map<string, number>();
  let waiters: Waiter[] = [];

  async function send(keys: string[], waiting: readonly Waiter[]): Promise<void> {
    try {
      const values = await redis.mgetBuffer(keys);
      for (const { indexes, resolve } of waiting) resolve(indexes.map((index) => values[index] ?? null));
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }

  function flush(): void {
    if (waiters.length === 0) return;
    void send([...positions.keys()], waiters);
    positions = new Map();
    waiters = [];
  }

  function positionOf(key: string): number {
    const known = positions.get(key);
    if (known !== undefined) return known;
    positions.set(key, positions.size);
    return positions.size - 1;
  }

  return (keys) =>
    new Promise((resolve, reject) => {
      if (waiters.length === 0) setImmediate(flush);
      waiters.push({ indexes: keys.map(positionOf), resolve, reject });
      if (positions.size >= MAX_KEYS) flush();
    });
}
