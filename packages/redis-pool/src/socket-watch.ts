import type { Duplex } from 'node:stream';
import type { Redis } from 'ioredis';

/** When the sockets of some ioredis connections were last heard, and an end to those that are never greeted. */
export interface SocketWatch {
  /** Watches a connection, from its first socket on. */
  follow(redis: Redis): void;
  /** When any of them was last heard. */
  readonly heard: Hearing;
  /** When one was; `undefined` for what is no watched socket. */
  heardOf(socket: object): Hearing | undefined;
}

/** By `performance.now()`, and kept up to date: for an answer that is being read, when it came. */
export interface Hearing {
  readonly at: number;
}

/** @param greetingMs how long Redis may take to greet an accepted connection, which ioredis leaves unbounded. */
export function createSocketWatch(greetingMs: number, giveUp: (redis: Redis, reason: string) => void): SocketWatch {
  const hearings = new WeakMap<object, Hearing>();
  const heard = { at: 0 };

  function listen(socket: Duplex): void {
    const hearing = { at: performance.now() };
    hearings.set(socket, hearing);
    // Before ioredis's own listener, so that the time is there when the answers are read.
    socket.prependListener('data', () => {
      heard.at = performance.now();
      hearing.at = heard.at;
    });
  }

  return {
    follow(redis) {
      let greeting: NodeJS.Timeout | undefined;
      redis.on('connect', () => {
        listen(redis.stream);
        greeting = setTimeout(giveUp, greetingMs, redis, 'Redis accepted the connection but did not greet it');
      });
      redis.on('ready', () => clearTimeout(greeting));
      redis.on('close', () => clearTimeout(greeting));
    },
    heard,
    heardOf: (socket) => hearings.get(socket),
  };
}
