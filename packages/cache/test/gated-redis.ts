import { type RedisPort, type RedisSubscriber, RedisUnavailableError } from '@breakwater/core/redis';
import type { Redis } from 'ioredis';

/** `mgetBuffer` stands for all reads: that of one key leaves as a GET. */
type Gated = 'xrange' | 'mgetBuffer' | 'evalsha' | 'scan';

/** A real client whose commands can be held back, or their replies. It imitates nothing. */
export interface GatedRedis {
  readonly client: RedisPort;
  /** Commands wait before they are sent, until the returned function is called. */
  holdCommands(name: Gated): () => void;
  /** Commands are run at once, and their replies wait. */
  holdReplies(name: Gated): () => void;
  /** Commands fail as if there were no connection; only so many of them, where that is given. */
  failCommands(name: Gated, count?: number): () => void;
  /** Commands are run, and then fail as if the connection had gone before the reply. */
  loseReplies(name: Gated): () => void;
  /** How often Redis has answered, replies held back included. */
  replied(name: Gated): number;
  /** How many commands wait to be sent. */
  held(name: Gated): number;
  /** How often a command failed on purpose. */
  failed(name: Gated): number;
}

export function gateRedis(redis: RedisPort): GatedRedis {
  const commands = new Map<Gated, Promise<void>>();
  const replies = new Map<Gated, Promise<void>>();
  const failing = new Map<Gated, number>();
  const losing = new Set<Gated>();
  const counts = new Map<Gated, number>();
  const refusals = new Map<Gated, number>();
  const waiting = new Map<Gated, number>();

  function hold(gates: Map<Gated, Promise<void>>, name: Gated): () => void {
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    gates.set(name, gate);
    return () => {
      if (gates.get(name) === gate) gates.delete(name);
      open();
    };
  }

  async function pass<Reply>(name: Gated, send: () => Promise<Reply>): Promise<Reply> {
    waiting.set(name, (waiting.get(name) ?? 0) + 1);
    await commands.get(name);
    waiting.set(name, (waiting.get(name) ?? 0) - 1);
    const left = failing.get(name) ?? 0;
    if (left > 0) {
      failing.set(name, left - 1);
      refusals.set(name, (refusals.get(name) ?? 0) + 1);
      throw new RedisUnavailableError('failing on purpose');
    }
    const held = replies.get(name);
    const reply = await send();
    counts.set(name, (counts.get(name) ?? 0) + 1);
    await held;
    if (losing.has(name)) throw new Error('the connection is lost on purpose');
    return reply;
  }

  return {
    client: {
      get status() {
        return redis.status;
      },
      deadlineMs: 10_000,
      get: (key) => redis.get(key),
      set: (key, value, unit, ttlMs) => redis.set(key, value, unit, ttlMs),
      mget: (keys) => redis.mget(keys),
      getBuffer: (key) => pass('mgetBuffer', () => redis.getBuffer(key)),
      mgetBuffer: (keys) => pass('mgetBuffer', () => redis.mgetBuffer(keys)),
      unlink: (keys) => redis.unlink(keys),
      pexpire: (key, ttlMs) => redis.pexpire(key, ttlMs),
      scan: (...request) => pass('scan', () => redis.scan(...request)),
      evalsha: (...request) => pass('evalsha', () => redis.evalsha(...request)),
      eval: (...request) => redis.eval(...request),
      xrange: (...request) => pass('xrange', () => redis.xrange(...request)),
      xrevrange: (...request) => redis.xrevrange(...request),
      publish: (channel, message) => redis.publish(channel, message),
      ping: () => redis.ping(),
      info: (section) => redis.info(section),
      duplicate: (...settings) => redis.duplicate(...settings),
      nodes: redis.nodes && ((role) => redis.nodes?.(role) ?? []),
    },
    holdCommands: (name) => hold(commands, name),
    holdReplies: (name) => hold(replies, name),
    failCommands(name, count = Number.POSITIVE_INFINITY) {
      failing.set(name, count);
      return () => void failing.delete(name);
    },
    loseReplies(name) {
      losing.add(name);
      return () => void losing.delete(name);
    },
    replied: (name) => counts.get(name) ?? 0,
    held: (name) => waiting.get(name) ?? 0,
    failed: (name) => refusals.get(name) ?? 0,
  };
}

/** The same client, whose subscriber hears nothing before `connect` is called; it is one of `listener`. */
export function lateRedis(redis: RedisPort, listener: Redis): { readonly redis: RedisPort; connect(): void } {
  let connect = () => {};
  const connected = new Promise<void>((resolve) => {
    connect = resolve;
  });
  return {
    connect: () => connect(),
    redis: {
      ...gateRedis(redis).client,
      get status() {
        return redis.status;
      },
      duplicate(settings?: object) {
        const subscriber = listener.duplicate(settings);
        const subscribe = subscriber.subscribe.bind(subscriber);
        return Object.assign(subscriber, {
          subscribe: (...channels: string[]) => connected.then(() => subscribe(...channels)),
        });
      },
    },
  };
}

/** A subscriber that never connects. */
export const DEAF_SUBSCRIBER: RedisSubscriber = Object.freeze({
  status: 'end',
  subscribe: () => Promise.reject(new Error('deaf')),
  call: () => Promise.reject(new Error('deaf')),
  on: () => undefined,
  disconnect: () => {},
});

/** The same client with such a subscriber: an instance that hears nothing. */
export function deafRedis(redis: RedisPort): RedisPort {
  return {
    ...gateRedis(redis).client,
    get status() {
      return redis.status;
    },
    duplicate: () => DEAF_SUBSCRIBER,
  };
}
