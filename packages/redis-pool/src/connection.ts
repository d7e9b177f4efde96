import { Redis, type RedisOptions } from 'ioredis';
import { reasonOf } from './failure.ts';
import { reconnectDelayMs } from './reconnect-delay.ts';

/** One ioredis client that reconnects for ever, and whose every way to fail is heard. */
export interface Connection {
  readonly redis: Redis;
  /** Drops the socket without waiting for Redis to agree, and connects anew. */
  replace(reason: string): void;
  /** Resolves when the socket is gone. */
  close(): Promise<void>;
}

export interface ConnectionObserver {
  onReady(): void;
  /** An attempt to connect failed, or a connection that was ready is gone. */
  onLost(reason: string): void;
}

/** @param settings `connectTimeout` bounds the greeting as well, which ioredis leaves unbounded. */
export function openConnection(settings: RedisOptions, observer: ConnectionObserver): Connection {
  const redis = new Redis({
    ...settings,
    retryStrategy: (attempt) => reconnectDelayMs(attempt, Math.random()),
    // A socket that is given up is usually silent: it would not answer our FIN either.
    disconnectTimeout: 0,
    // How often a server that is loading its data is asked whether it has done.
    maxLoadingRetryTime: 500,
  });
  let failure: unknown;
  let greeting: NodeJS.Timeout | undefined;

  function lost(): void {
    const reason = reasonOf(failure);
    failure = undefined;
    observer.onLost(reason);
  }

  function replace(reason: string): void {
    failure ??= new Error(reason);
    redis.disconnect(true);
  }

  redis.on('error', (error) => {
    // The first is the cause; what follows until the close are its consequences.
    failure ??= error;
    // ioredis goes on when SELECT is refused, and would send to the wrong database.
    if (error.name === 'ReplyError') redis.disconnect(true);
  });
  redis.on('connect', () => {
    greeting = setTimeout(replace, settings.connectTimeout, 'Redis accepted the connection but did not greet it');
  });
  redis.on('ready', () => {
    clearTimeout(greeting);
    failure = undefined;
    observer.onReady();
  });
  redis.on('close', () => {
    clearTimeout(greeting);
    // We reconnect for ever: only who called `disconnect` finds the client at its end.
    if (redis.status === 'end') failure = undefined;
    else lost();
  });
  redis.on('end', () => {
    // Settings that no socket can be made from (a malformed certificate) end the client without a close.
    if (failure !== undefined) lost();
  });

  return {
    redis,
    replace,
    close() {
      // Between two attempts there is no socket, and no `end` will be told.
      const hasSocket = redis.status !== 'reconnecting' && redis.status !== 'end';
      const ended = hasSocket ? new Promise<void>((resolve) => void redis.once('end', resolve)) : Promise.resolve();
      redis.disconnect();
      return ended;
    },
  };
}
