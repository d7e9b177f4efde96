import { createDeadline } from './deadline.ts';
import { RedisUnavailableError } from './errors.ts';
import type { RedisPort } from './port.ts';

/** A lazy client connects at its first command; every other state but `ready` has no connection to send on. */
const SENDABLE = new Set(['ready', 'wait']);

/**
 * The same client, with every command bounded: it fails at once while there is no connection, instead of lying in
 * ioredis's offline queue for as long as the outage lasts, and after `deadlineMs` when the server is silent.
 * A client fresh from `new Redis()` is given one deadline's time to connect: the first requests need not miss it.
 * A client that bounds itself (`deadlineMs` present, as on our pool) is returned as it is.
 */
export function boundRedis(redis: RedisPort, deadlineMs: number): RedisPort {
  if (redis.deadlineMs !== undefined) return redis;
  // The client's socket does, and so does its timer between two of them.
  const deadline = createDeadline(deadlineMs, { holdsProcess: false });
  let connecting: Promise<void> | undefined;

  function watchConnecting(): void {
    connecting ??= watchFirstConnection(redis, deadlineMs, () => {
      connecting = undefined;
    });
  }

  async function send<Result>(command: () => Promise<Result>): Promise<Result> {
    await connecting;
    if (!SENDABLE.has(redis.status)) throw new RedisUnavailableError(redis.status);
    return command();
  }

  /** The command as it goes on without a bound; `undefined` where there is nothing to send it on. */
  function begin<Result>(command: () => Promise<Result>): Promise<Result> | undefined {
    const { status } = redis;
    if (status === 'ready') return command();
    if (status === 'wait') return connect(command);
    return connecting && send(command);
  }

  function bound<Result>(command: () => Promise<Result>): Promise<Result> {
    const work = begin(command);
    return work ? deadline.guard(work) : Promise.reject(new RedisUnavailableError(redis.status));
  }

  /** A lazy client's first command makes its connection, which those right behind it need not miss. */
  function connect<Result>(command: () => Promise<Result>): Promise<Result> {
    const sent = command();
    watchConnecting();
    return sent;
  }

  watchConnecting();
  return {
    deadlineMs,
    get status() {
      return redis.status;
    },
    hear(call, command, answered, failed) {
      // As every other, but that it needs no function of its own where there is a connection.
      const work = redis.status === 'ready' ? command(redis, call) : begin(() => command(redis, call));
      if (work) deadline.hear(call, work, answered, failed);
      else failed(call, new RedisUnavailableError(redis.status));
    },
    get: (key) => bound(() => redis.get(key)),
    getBuffer: (key) => bound(() => redis.getBuffer(key)),
    set: (key, value, unit, ttlMs) => bound(() => redis.set(key, value, unit, ttlMs)),
    mget: (keys) => bound(() => redis.mget(keys)),
    mgetBuffer: (keys) => bound(() => redis.mgetBuffer(keys)),
    unlink: (keys) => bound(() => redis.unlink(keys)),
    pexpire: (key, ttlMs) => bound(() => redis.pexpire(key, ttlMs)),
    scan: (cursor, match, pattern, limit, count) => bound(() => redis.scan(cursor, match, pattern, limit, count)),
    evalsha: (sha, keyCount, ...rest) => bound(() => redis.evalsha(sha, keyCount, ...rest)),
    eval: (lua, keyCount, ...rest) => bound(() => redis.eval(lua, keyCount, ...rest)),
    xrange: (key, start, end, limit, count) => bound(() => redis.xrange(key, start, end, limit, count)),
    xrevrange: (key, end, start, limit, count) => bound(() => redis.xrevrange(key, end, start, limit, count)),
    publish: (channel, message) => bound(() => redis.publish(channel, message)),
    ping: () => bound(() => redis.ping()),
    info: (section) => bound(() => redis.info(section)),
    duplicate: () => redis.duplicate(),
    nodes: redis.nodes && ((role) => redis.nodes?.(role) ?? []),
  };
}

/**
 * Settles when the attempt to connect that is under way has succeeded, has failed, or has taken `withinMs`;
 * `undefined` where none is under way.
 */
function watchFirstConnection(redis: RedisPort, withinMs: number, onSettled: () => void): Promise<void> | undefined {
  if (redis.status !== 'connecting' && redis.status !== 'connect') return undefined;
  return new Promise((resolve) => {
    const settle = () => {
      clearTimeout(timer);
      onSettled();
      resolve();
    };
    const timer = setTimeout(settle, withinMs).unref();
    redis.once?.('ready', settle);
    redis.once?.('close', settle);
  });
}
