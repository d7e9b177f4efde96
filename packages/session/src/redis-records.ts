import { hash } from 'node:crypto';
import type { Clock } from '@breakwater/core';
import { RedisStore } from 'connect-redis';
import type { SessionData } from 'express-session';
import { type Lifetimes, type StoredSession, timeLeftMs } from './lifetime.ts';
import { createNodeRedisClient, type NodeRedisClientOptions } from './node-redis-client.ts';
import type { SessionRecords } from './session-records.ts';

export interface RedisRecordsOptions extends NodeRedisClientOptions {
  readonly lifetimes: Lifetimes;
  readonly clock: Clock;
}

/** Sessions in Redis, by connect-redis. */
export function createRedisRecords({ lifetimes, clock, ...clientOptions }: RedisRecordsOptions): SessionRecords {
  const store = new RedisStore({
    client: createNodeRedisClient(clientOptions),
    prefix: '',
    ttl: (session) => timeLeftMs((session as StoredSession).bornAt, clock.now(), lifetimes) / 1000,
  });

  return {
    tier: 'redis',
    async get(id) {
      try {
        return await store.get(nameOf(id));
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        clientOptions.observer.unreadable('malformed');
        return undefined;
      }
    },
    set: (id, session) => store.set(nameOf(id), session as SessionData),
    touch: (id, session) => store.touch(nameOf(id), session as SessionData),
    destroy: (id) => store.destroy(nameOf(id)),
    clear: () => store.clear(),
    length: () => store.length(),
  };
}

/** A session id is as good as a password, so Redis holds its hash: who can read Redis cannot make cookies of it. */
function nameOf(id: string): string {
  return hash('sha256', id, 'base64url');
}
