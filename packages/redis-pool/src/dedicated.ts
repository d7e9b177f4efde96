import type { Deadline } from '@breakwater/core/redis';
import { Command } from 'ioredis';
import { type Client, type Endpoint, isCluster, type Role } from './clients.ts';
import { type Connection, openConnection } from './connection.ts';
import { failureKind } from './failure.ts';

/** Connections of their own for what cannot share one: subscriptions and blocking reads. */
export interface Dedicated {
  open(role: Role): Client;
  count(role: Role['name']): number;
  beat(silentMs: number, deadline: Deadline): void;
  close(): Promise<void>;
}

export interface DedicatedObserver {
  onReady(): void;
  onConnectionError(): void;
}

export function createDedicated(endpoint: Endpoint, connectTimeoutMs: number, observer: DedicatedObserver): Dedicated {
  const open = new Map<Connection, Role>();

  function noteRefusal(error: unknown): void {
    if (failureKind(error) !== 'connection') observer.onConnectionError();
  }

  return {
    open(role) {
      const connection = openConnection(endpoint, role, connectTimeoutMs, {
        onReady: observer.onReady,
        onLost: observer.onConnectionError,
      });
      const { client } = connection;
      open.set(connection, role);
      client.once('end', () => open.delete(connection));
      if (!isCluster(client)) {
        client.on('ready', () => {
          // ioredis renews subscriptions without hearing what comes of it: a close meanwhile would be an unhandled
          // rejection, and a refusal would pass unnoticed.
          for (const { command } of client.commandQueue.toArray()) {
            if (command instanceof Command) command.promise.catch(noteRefusal);
          }
        });
      }
      return client;
    },
    count: (name) => [...open.values()].filter((role) => role.name === name).length,
    beat(silentMs, deadline) {
      for (const [connection, role] of open) {
        // A PING behind a blocking read would wait as long as that; ioredis ends those by itself.
        if (role.name === 'subscriber') connection.beat(silentMs, deadline);
      }
    },
    async close() {
      await Promise.all([...open.keys()].map((connection) => connection.close()));
    },
  };
}
