import { performance } from 'node:perf_hooks';
import { isWrongType, type RedisPort, type SentCall } from '@breakwater/core/redis';
import { type Failure, type RedisState, UNSENT } from './redis-state.ts';

export type Reply = Buffer | null | Failure;

/** What Redis said of all that left together. */
export interface Answer {
  /**
   * When it has come. One promise for all that leaves together: each hit would pay for its own. It never rejects, and resolves
   * with nothing: V8 looks through all prototypes of an object for a `then`.
   */
  readonly come: Promise<void>;
  /** In the order in which they were asked for. */
  readonly replies: readonly (Buffer | null)[] | Failure;
  /** When it came, milliseconds since the epoch. */
  readonly atMs: number;
  /** Since they were sent. */
  readonly elapsedMs: number;
}

export interface GatheredReads {
  /**
   * Asks for a key, with all that is asked for in this turn of the event loop: it leaves as one MGET, each key once, and a key
   * that is alone as a GET.
   *
   * @param id tells the key from all others. That of an entry has been looked up before, so its hash is known; to make that of
   * the key would cost more than all the rest.
   * @returns where its reply is in {@link GatheredReads.answer}.
   */
  ask(id: string, key: string): number;
  /** That to what was asked for last. */
  answer(): Answer;
}

/** What leaves together, and the answer to it. */
interface Batch extends Answer, SentCall {
  replies: Answer['replies'];
  atMs: number;
  elapsedMs: number;
  sentAt: number;
  readonly keys: string[];
  readonly firstId: string;
  /**
   * Where the keys are, by their ids; none for the first. A table for each batch: one that grew old would keep all that was read
   * through it from V8's young collections.
   */
  places: Map<string, number> | undefined;
  readonly settle: () => void;
}

export function replyAt({ replies }: Answer, index: number): Reply {
  return typeof replies === 'symbol' ? replies : (replies[index] ?? null);
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

/** In place of `process.nextTick`, with which a lone hit in Redis took a thirtieth longer. */
const NOW = Promise.resolve();

/**
 * On a Cluster every key is read by itself: an MGET must not cross slots.
 *
 * A lone read leaves behind the microtasks that are due by then: all who ask in a row have asked, and all who waited for one
 * answer, and Redis is at work while the rest of the tick goes on. While others are under way, reads wait for `setImmediate`:
 * requests that arrived on different sockets in one turn are different ticks, and gathering them is the point.
 */
export function createGatheredReads(redis: RedisPort, state: RedisState, now: () => number): GatheredReads {
  const maxKeys = redis.nodes ? 1 : MAX_KEYS;
  const maxIdleKeys = Math.min(maxKeys, MAX_IDLE_KEYS);
  const hear: NonNullable<RedisPort['hear']> =
    redis.hear ??
    ((call, command, answered, failed) =>
      void command(redis, call).then(
        (reply) => answered(call, reply),
        (error) => failed(call, error),
      ));
  let next: Batch | undefined;
  let last: Batch;
  let inFlight = 0;

  function begin(id: string, key: string): Batch {
    if (maxKeys > 1 && inFlight === 0) void NOW.then(leave);
    else if (maxKeys > 1) setImmediate(leave);
    let settle: Batch['settle'] = () => {};
    const come = new Promise<void>((resolve) => {
      settle = resolve;
    });
    const keys = [key];
    return { come, replies: UNSENT, atMs: 0, elapsedMs: 0, sentAt: 0, keys, firstId: id, places: undefined, settle };
  }

  function leave(): void {
    const batch = next;
    if (!batch) return;
    next = undefined;
    inFlight += 1;
    batch.sentAt = performance.now();
    // By GET, which costs less than an MGET of one key.
    if (batch.keys.length === 1) hear(batch, getOne, answerOne, failOne);
    else hear(batch, getAll, answerAll, failAll);
  }

  const answerOne = (batch: Batch, reply: Buffer | null) => settle(batch, state.answered([reply]));
  // What holds no text is null to an MGET.
  const failOne = (batch: Batch, error: unknown) =>
    settle(batch, isWrongType(error) ? state.answered([null]) : state.failed(error));
  const answerAll = (batch: Batch, replies: (Buffer | null)[]) => settle(batch, state.answered(replies));
  const failAll = (batch: Batch, error: unknown) => settle(batch, state.failed(error));

  function settle(batch: Batch, replies: Answer['replies']): void {
    inFlight -= 1;
    batch.replies = replies;
    // Once for all: to read a clock costs as much as to read a small frame.
    batch.atMs = now();
    batch.elapsedMs = performance.now() - batch.sentAt;
    batch.settle();
  }

  function add(batch: Batch, id: string, key: string): number {
    if (id === batch.firstId) return 0;
    batch.places ??= new Map();
    const known = batch.places.get(id);
    if (known !== undefined) return known;
    batch.places.set(id, batch.keys.length);
    return batch.keys.push(key) - 1;
  }

  return {
    answer: () => last,
    ask(id, key) {
      let place = 0;
      if (next) place = add(next, id, key);
      else next = begin(id, key);
      last = next;
      if (next.keys.length >= (inFlight === 0 ? maxIdleKeys : maxKeys)) leave();
      return place;
    },
  };
}

const getOne = (client: RedisPort, { keys }: Batch) => client.getBuffer(keys[0] as string);
const getAll = (client: RedisPort, { keys }: Batch) => client.mgetBuffer(keys);
