import { createDeadline } from './deadline.ts';
import { RedisUnavailableError } from './errors.ts';
import type { RedisPort } from './port.ts';

/** A lazy client connects at its first command; every other state but `ready` has no connection to send on. */
const SENDABLE = new Set(['ready', 'wait']);

/**
 * The same client, with every command bounded: it fails at once while there is no connection, instead of lying in
 * ioredis's offline queue for as long as the outage lasts, and after `deadlineMs` when the server is silent.
 * A client that bounds itself (`deadlineMs` present, as on our pool) is returned as it is.
 */
export function boundRedis(redis: RedisPort, deadlineMs: number): RedisPort {
  if (redis.deadlineMs !== undefined) return redis;
  const deadline = createDeadline(deadlineMs);

  function bound<Result>(send: () => Promise<Result>): Promise<Result> {
    if (!SENDABLE.has(redis.status)) return Promise.reject(new RedisUnavailableError(redis.status));
    return deadline.guard(send());
  }

  return {
    deadlineMs,
    get status() {
      return redis.status;
    },
    get: (key) => bound(() => redis.get(key)),
    set: (key, value, unit, ttlMs) => bound(() => redis.set(key, value, unit, ttlMs)),
    mget: (keys) => bound(() => redis.mget(keys)),
    mgetBuffer: (keys) => bound(() => redis.mgetBuffer(keys)),
    unlink: (keys) => bound(() => redis.unlink(keys)),
    pexpire: (key, ttlMs) => bound(() => redis.pexpire(key, ttlMs)),
    scan: (cursor, match, pattern, limit, count) => bound(() => redis.scan(cursor, match, pattern, limit, count)),
    evalsha: (sha, keyCount, ...rest) => bound(() => redis.evalsha(sha, keyCount, ...rest)),
    eval: (lua, keyCount, ...rest) => bound(() => redis.eval(lua, keyCount, ...rest)),
    publish: (channel, message) => bound(() => redis.publish(channel, message)),
    ping: () => bound(() => redis.ping()),
    info: (section) => bound(() => redis.info(section)),
    duplicate: () => redis.duplicate(),
    nodes: redis.nodes && ((role) => redis.nodes?.(role) ?? []),
  };
}
