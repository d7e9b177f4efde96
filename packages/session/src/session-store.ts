import { createEmitter, type Subscribable } from '@breakwater/core';
import { boundRedis, createKeySpace, createOutageWatch, type RedisPort } from '@breakwater/core/redis';
import { type SessionData, Store } from 'express-session';
import type { SessionEvents } from './events.ts';
import { birthOf, isStoredSession, type LiveSession, type StoredSession, timeLeftMs } from './lifetime.ts';
import { createMemoryRecords } from './memory-records.ts';
import { type ResolvedStoreOptions, resolveOptions, type SessionStoreOptions } from './options.ts';
import { createRedisRecords } from './redis-records.ts';
import type { RecordsObserver, SessionRecords } from './session-records.ts';
import { createSessionSealer } from './session-sealer.ts';
import type { SessionStats } from './stats.ts';

type Callback<Value = void> = (error?: unknown, value?: Value) => void;

/**
 * A store for express-session and @fastify/session. Where Redis does not answer, callbacks get a
 * {@link SessionUnavailableError}. There is no `all` or `ids`: Redis holds hashes of session ids, not the ids.
 */
export interface SessionStore extends Store {
  set(id: string, session: LiveSession, callback?: Callback): void;
  /** Renews a session's idle time; one that is gone stays gone. */
  touch(id: string, session: LiveSession, callback?: Callback): void;
  /** Destroys every session of the namespace. Walks the keyspace: not for a request's path. */
  clear(callback?: Callback): void;
  /** How many sessions there are. Walks the keyspace: not for a request's path. */
  length(callback: Callback<number>): void;
  /**
   * Writes a session that its framework is about to write, so that its cookie can be held back where that fails; the
   * framework's own write of the same object is then left out.
   */
  commit(id: string, session: LiveSession): Promise<void>;
  readonly events: Subscribable<SessionEvents>;
  stats(): SessionStats;
}

/** @throws OptionError `ERR_SESSION_OPTION` */
export function createSessionStore(options: SessionStoreOptions = {}): SessionStore {
  return new RecordStore(resolveOptions(options));
}

class RecordStore extends Store implements SessionStore {
  readonly events = createEmitter<SessionEvents>();
  readonly #counters = { reads: 0, found: 0, writes: 0, touches: 0, destroyed: 0, unreadable: 0, redisErrors: 0 };
  readonly #committed = new WeakSet<LiveSession>();
  readonly #options: ResolvedStoreOptions;
  readonly #observer: RecordsObserver;
  readonly #records: SessionRecords;

  constructor(options: ResolvedStoreOptions) {
    super();
    this.#options = options;
    const client = options.redis && boundRedis(options.redis.port, options.redis.deadlineMs);
    this.#observer = this.#observe(client);
    this.#records = createRecords(options, client, this.#observer);
  }

  override get(id: string, callback: Callback<SessionData | null>): void {
    settle(this.#read(id) as Promise<SessionData | null>, callback);
  }

  override set(id: string, session: LiveSession, callback?: Callback): void {
    if (this.#committed.delete(session)) callback?.();
    else settle(this.#write(id, session), callback);
  }

  override touch(id: string, session: LiveSession, callback?: Callback): void {
    this.#counters.touches += 1;
    settle(this.#records.touch(id, this.#stored(session)), callback);
  }

  override destroy(id: string, callback?: Callback): void {
    settle(this.#destroy(id), callback);
  }

  override clear(callback?: Callback): void {
    settle(this.#records.clear(), callback);
  }

  override length(callback: Callback<number>): void {
    settle(this.#records.length(), callback);
  }

  async commit(id: string, session: LiveSession): Promise<void> {
    await this.#write(id, session);
    this.#committed.add(session);
  }

  stats(): SessionStats {
    return { tier: this.#records.tier, ...this.#counters };
  }

  async #read(id: string): Promise<StoredSession | null> {
    this.#counters.reads += 1;
    const session = await this.#records.get(id);
    if (session === undefined || session === null) return null;
    if (!isStoredSession(session)) {
      this.#observer.unreadable('malformed');
      return null;
    }
    const { clock, lifetimes } = this.#options;
    if (timeLeftMs(session.bornAt, clock.now(), lifetimes) <= 0) {
      await this.#destroy(id);
      return null;
    }
    this.#counters.found += 1;
    return session;
  }

  async #write(id: string, session: LiveSession): Promise<void> {
    this.#counters.writes += 1;
    await this.#records.set(id, this.#stored(session));
  }

  async #destroy(id: string): Promise<void> {
    this.#counters.destroyed += 1;
    await this.#records.destroy(id);
  }

  /** A copy, because express-session compares what the request holds with what it read. */
  #stored(session: LiveSession): StoredSession {
    return { ...session, bornAt: birthOf(session, this.#options.clock.now()) };
  }

  #observe(client: RedisPort | undefined): RecordsObserver {
    const outage = createOutageWatch({
      onBegan: (reason) => this.events.emit('outage:began', { reason }),
      onEnded: (outageMs) => this.events.emit('outage:ended', { outageMs }),
      ask: client && (() => client.ping()),
    });
    return {
      unreadable: (reason) => {
        this.#counters.unreadable += 1;
        this.events.emit('record:unreadable', { reason });
      },
      refused: () => this.events.emit('save:refused', {}),
      redisAnswered: () => outage.answered(),
      redisFailed: (error) => {
        this.#counters.redisErrors += 1;
        outage.failed(error);
      },
    };
  }
}

function createRecords(
  options: ResolvedStoreOptions,
  client: RedisPort | undefined,
  observer: RecordsObserver,
): SessionRecords {
  const { redis, namespace, maxSessions, ...rest } = options;
  if (redis && client) {
    return createRedisRecords({
      redis: client,
      keys: createKeySpace(namespace),
      sealer: createSessionSealer(redis.secrets),
      observer,
      ...rest,
    });
  }
  if (process.env.NODE_ENV === 'production') warnOfMemory();
  return createMemoryRecords({ maxSessions, observer, ...rest });
}

function warnOfMemory(): void {
  process.emitWarning(
    "Sessions are kept in this process's memory: other processes do not see them, a restart logs everybody out.",
    { code: 'BREAKWATER_SESSION_MEMORY', detail: 'Pass a redis to keep them there.' },
  );
}

/** Answers a Node callback. What the callback itself throws is uncaught, as it should be, and no second answer. */
function settle<Value>(work: Promise<Value>, callback?: Callback<Value>): void {
  work.then(
    (value) => callback?.(null, value),
    (error) => callback?.(error),
  );
}
