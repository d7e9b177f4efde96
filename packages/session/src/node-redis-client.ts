import { type KeySpace, type RedisPort, runScript, scanKeys } from '@breakwater/core/redis';
import { SessionUnavailableError } from './errors.ts';
import { DESTROY, SAVE } from './redis-scripts.ts';
import { type RecordsObserver, TOMBSTONE_MS } from './session-records.ts';
import type { SessionSealer } from './session-sealer.ts';

/** The part of node-redis's client that connect-redis 10 calls. */
export interface NodeRedisClient {
  get(name: string): Promise<string | null>;
  set(name: string, value: string, options: { expiration: { type: 'EX'; value: number } }): Promise<'OK' | null>;
  expire(name: string, seconds: number): Promise<number>;
  del(names: string[]): Promise<number>;
  scanIterator(options: { MATCH: string; COUNT: number }): AsyncIterable<string[]>;
}

export interface NodeRedisClientOptions {
  /** Bounded: every call settles. */
  readonly redis: RedisPort;
  readonly keys: KeySpace;
  readonly sealer: SessionSealer;
  readonly observer: RecordsObserver;
}

/**
 * ioredis in node-redis's shape. Here key and value are known together, so here records are sealed and opened, and
 * destroyed ones are kept from coming back. A call that Redis fails rejects with {@link SessionUnavailableError}.
 */
export function createNodeRedisClient({ redis, keys, sealer, observer }: NodeRedisClientOptions): NodeRedisClient {
  const recordKey = (name: string) => keys.key('session', name);
  const bothKeys = (name: string) => [recordKey(name), keys.key('destroyed-session', name)];

  async function ask<Answer>(call: Promise<Answer>): Promise<Answer> {
    try {
      const answer = await call;
      observer.redisAnswered();
      return answer;
    } catch (error) {
      observer.redisFailed(error);
      throw new SessionUnavailableError({ cause: error });
    }
  }

  return {
    async get(name) {
      // MGET, for a buffer: a sealed record is not text.
      const [record] = await ask(redis.mgetBuffer([recordKey(name)]));
      if (!record) return null;
      const opened = sealer.open(recordKey(name), record);
      if ('text' in opened) return opened.text;
      observer.unreadable(opened.unreadable);
      return null;
    },
    async set(name, value, { expiration }) {
      const sealed = sealer.seal(recordKey(name), value);
      const ttlMs = Math.ceil(expiration.value * 1000);
      const stored = await ask(runScript(redis, SAVE, bothKeys(name), [sealed, ttlMs]));
      // A client may be set to return numbers as texts (ioredis's `stringNumbers`).
      if (Number(stored) === 1) return 'OK';
      observer.refused();
      return null;
    },
    expire: (name, seconds) => ask(redis.pexpire(recordKey(name), Math.ceil(seconds * 1000))),
    async del(names) {
      // One script a name: in a Cluster each lies in a slot of its own.
      const removed = await Promise.all(
        names.map((name) => ask(runScript(redis, DESTROY, bothKeys(name), [TOMBSTONE_MS]))),
      );
      return removed.reduce((sum: number, count) => sum + Number(count), 0);
    },
    async *scanIterator({ MATCH, COUNT }) {
      const pages = scanKeys(redis, keys.pattern('session', MATCH), COUNT);
      for (let page = await ask(pages.next()); !page.done; page = await ask(pages.next())) {
        yield page.value.flatMap((key) => keys.slotOf('session', key) ?? []);
      }
    },
  };
}
