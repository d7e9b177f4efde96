import { Command, type Redis, type RedisOptions } from 'ioredis';
import { type Connection, openConnection } from './connection.ts';
import { failureKind } from './failure.ts';

export interface Subscribers {
  open(): Redis;
  readonly count: number;
  close(): Promise<void>;
}

/** Subscriptions wait for a connection and outlive it, unlike commands. */
const SUBSCRIBER_SETTINGS = {
  enableOfflineQueue: true,
  maxRetriesPerRequest: null,
  autoResubscribe: true,
  autoResendUnfulfilledCommands: true,
} satisfies RedisOptions;

export interface SubscribersObserver {
  onReady(): void;
  onConnectionError(): void;
}

export function createSubscribers(settings: RedisOptions, observer: SubscribersObserver): Subscribers {
  const open = new Set<Connection>();

  function noteRefusal(error: unknown): void {
    if (failureKind(error) !== 'connection') observer.onConnectionError();
  }

  return {
    get count() {
      return open.size;
    },
    open() {
      const connection = openConnection(
        { ...settings, ...SUBSCRIBER_SETTINGS },
        { onReady: observer.onReady, onLost: observer.onConnectionError },
      );
      const { redis } = connection;
      open.add(connection);
      redis.once('end', () => open.delete(connection));
      redis.on('ready', () => {
        // ioredis renews subscriptions without hearing what comes of it: a close meanwhile would be an unhandled
        // rejection, and a refusal would pass unnoticed.
        for (const { command } of redis.commandQueue.toArray()) {
          if (command instanceof Command) command.promise.catch(noteRefusal);
        }
      });
      return redis;
    },
    async close() {
      await Promise.all([...open].map((connection) => connection.close()));
    },
  };
}
