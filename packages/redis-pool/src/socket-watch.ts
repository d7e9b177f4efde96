import type { Duplex } from 'node:stream';
import type { Redis } from 'ioredis';

/** When the sockets of some ioredis connections were last heard, and an end to those that are never greeted. */
export interface SocketWatch {
  /** Watches a connection, from its first socket on. */
  follow(redis: Redis): void;
  /** By `performance.now()`; `undefined` for what is no watched socket. */
  heardAt(socket: object): number | undefined;
}

interface Hearing {
  at: number;
}

/** @param greetingMs how long Redis may take to greet an accepted connection, which ioredis leaves unbounded. */
export function createSocketWatch(greetingMs: number, giveUp: (redis: Redis, reason: string) => void): SocketWatch {
  const hearings = new WeakMap<object, Hearing>();

  function listen(socket: Duplex): void {
    const hearing: Hearing = { at: performance.now() };
    hearings.set(socket, hearing);
    socket.on('data', () => {
      hearing.at = performance.now();
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
    heardAt: (socket) => hearings.get(socket)?.at,
  };
}
