import type { RedisPort } from '@breakwater/core/redis';
import type { Failure, RedisState } from './redis-state.ts';

export type Reply = Buffer | null | Failure;

/** When Redis answered. */
export interface Answered {
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  /** Since the first of the reads that left together was asked for. */
  readonly elapsedMs: number;
}

/** Is called with what Redis says of a key, once, in the turn of the event loop in which that comes. Must not throw. */
export type TakeReply = (reply: Reply, answered: Answered) => void;

/**
 * Reads a key. All that is read in one turn of the event loop leaves as one MGET, each key once. A callback and not a promise:
 * every hit in Redis passes here, and would pay for both.
 *
 * @param id tells the key from all others. That of an entry has been looked up before, so its hash is known; to make that of
 * the key would cost more than all the rest.
 */
export type GatheredRead = (id: string, key: string, take: TakeReply) => void;

/** Who waits for a key; behind it those who have asked for the same one since. */
interface Waiter {
  readonly take: TakeReply;
  next: Waiter | undefined;
}

/** What leaves as one MGET. */
interface Batch {
  readonly beganAt: number;
  readonly keys: string[];
  /** One for each key. */
  readonly waiters: Waiter[];
  /**
   * The same by the ids of their keys. Each batch has a table of its own: one that grew old would keep all that was read
   * through it from V8's young collections.
   */
  readonly waiting: Map<string, Waiter>;
}

/**
 * A longer MGET holds up everybody else's commands, and its reader: Redis looks up the next keys while the process decodes the
 * last. Of 32, 64, 128 and 512 the middle two were fastest at 500 reads at a time.
 */
const MAX_KEYS = 128;

/**
 * So many leave at once while Redis has nothing to do: it answers them while this process asks for the rest, and the other way
 * about. Otherwise 50 callers wait together, and then Redis does. Of 16, 24 and 32 the last was fastest at 50 at a time.
 */
const MAX_IDLE_KEYS = 32;

/**
 * On a Cluster every key is read by itself: an MGET must not cross slots.
 *
 * A lone read leaves at the end of its tick. While others are under way, reads wait for `setImmediate`: requests that
 * arrived on different sockets in one turn are different ticks, and gathering them is the point.
 */
export function createGatheredReads(redis: RedisPort, state: RedisState, now: () => number): GatheredRead {
  const maxKeys = redis.nodes ? 1 : MAX_KEYS;
  const maxIdleKeys = Math.min(maxKeys, MAX_IDLE_KEYS);
  let batch: Batch | undefined;
  let inFlight = 0;

  function begin(): Batch {
    if (maxKeys > 1 && inFlight === 0) process.nextTick(flush);
    else if (maxKeys > 1) setImmediate(flush);
    return { beganAt: performance.now(), keys: [], waiters: [], waiting: new Map() };
  }

  function flush(): void {
    if (batch === undefined) return;
    const sent = batch;
    batch = undefined;
    inFlight += 1;
    void state.watch(redis.mgetBuffer(sent.keys)).then((replies) => {
      inFlight -= 1;
      answer(sent, replies);
    });
  }

  function answer({ beganAt, waiters }: Batch, replies: readonly (Buffer | null)[] | Failure): void {
    // Once for all: to read a clock costs as much as to read a small frame.
    const answered = { atMs: now(), elapsedMs: performance.now() - beganAt };
    for (let index = 0; index < waiters.length; index += 1) {
      const reply = typeof replies === 'symbol' ? replies : (replies[index] ?? null);
      for (let waiter = waiters[index]; waiter; waiter = waiter.next) waiter.take(reply, answered);
    }
  }

  return (id, key, take) => {
    batch ??= begin();
    const { keys, waiters, waiting } = batch;
    const known = waiting.get(id);
    if (known) {
      known.next = { take, next: known.next };
      return;
    }
    const waiter: Waiter = { take, next: undefined };
    waiting.set(id, waiter);
    keys.push(key);
    waiters.push(waiter);
    if (keys.length >= (inFlight === 0 ? maxIdleKeys : maxKeys)) flush();
  };
}
