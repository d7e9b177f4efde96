import { type Deadline, RedisDeadlineError } from '@breakwater/core/redis';
import { Command, type Redis } from 'ioredis';
import { type Client, type Endpoint, isCluster, openClient, type Role } from './clients.ts';
import { reasonOf } from './failure.ts';
import { gatherWrites } from './gathered-writes.ts';
import { readInTurns } from './polite-reads.ts';
import { createSocketWatch, type Hearing } from './socket-watch.ts';

/** One ioredis client, of a server or of a Cluster, that reconnects for ever and whose every way to fail is heard. */
export interface Connection {
  readonly client: Client;
  /** When anything last came over it. */
  readonly heard: Hearing;
  /** Whether nothing came from a socket since `at`, by `performance.now()`. A socket not known to it was not heard. */
  isSilentSince(at: number, socket: object): boolean;
  /** Drops a socket without waiting for Redis to agree, and connects anew. */
  drop(socket: object, reason: string): void;
  /** Connects anew, or asks the Cluster anew who serves what. */
  replace(reason: string): void;
  /** PINGs over every socket that was not heard for `silentMs`, and drops those that stay silent. */
  beat(silentMs: number, deadline: Deadline): void;
  /** Resolves when the sockets are gone. */
  close(): Promise<void>;
}

export interface ConnectionObserver {
  onReady(): void;
  /** An attempt to connect failed, or a connection that was ready is gone. */
  onLost(reason: string): void;
}

/** No client subscribes to it: unsubscribing from it is a PING that a Cluster's subscriber connection answers. */
const NO_CHANNEL = 'bw:heartbeat';

const SOCKETLESS = new Set(['reconnecting', 'end']);

export function openConnection(
  endpoint: Endpoint,
  role: Role,
  connectTimeoutMs: number,
  observer: ConnectionObserver,
): Connection {
  let failure: unknown;
  let isClosing = false;

  function lost(): void {
    const reason = reasonOf(failure);
    failure = undefined;
    if (!isClosing) observer.onLost(reason);
  }

  const watch = createSocketWatch(connectTimeoutMs, (redis, reason) => {
    failure ??= new Error(reason);
    redis.disconnect(true);
  });
  const client = openClient(endpoint, role, () => {
    failure ??= new Error('no sentinel answers');
    lost();
  });

  function follow(redis: Redis): void {
    watch.follow(redis);
    if (role.name !== 'command') return;
    redis.on('connect', () => {
      gatherWrites(redis.stream, watch.heardOf(redis.stream) ?? watch.heard);
      if (role.carries === 'large values') readInTurns(redis.stream);
    });
  }

  function noteError(error: unknown): void {
    // The first is the cause; what follows until the close are its consequences.
    failure ??= error;
  }

  client.on('ready', () => {
    failure = undefined;
    // The end of a handshake may still be on its way when the socket is being closed.
    if (!isClosing) observer.onReady();
  });
  client.on('close', () => {
    // We reconnect for ever: only who called `disconnect` on the client of a duplicate finds it at its end.
    if (client.status === 'end') failure = undefined;
    else lost();
  });
  client.on('end', () => {
    // Settings that no socket can be made from (a malformed certificate) end the client without a close.
    if (failure !== undefined) lost();
  });
  if (isCluster(client)) {
    client.on('error', noteError);
    client.on('node error', noteError);
    client.on('+node', follow);
    // ioredis would learn of a failover only from the answers of the nodes that are left.
    client.on('-node', () => {
      if (client.status === 'ready') client.refreshSlotsCache();
    });
  } else {
    follow(client);
    client.on('error', (error) => {
      noteError(error);
      // ioredis goes on when SELECT is refused, and would send to the wrong database.
      if (error.name === 'ReplyError') client.disconnect(true);
    });
  }

  function drop(socket: object, reason: string): void {
    failure ??= new Error(reason);
    (socket as Redis['stream']).destroy();
  }

  /** PINGs over one socket: where another has taken its place meanwhile, nothing is left to drop. */
  async function ping(socket: object, answer: Promise<unknown>, deadline: Deadline): Promise<void> {
    const askedAt = performance.now();
    try {
      await deadline.guard(answer);
    } catch (error) {
      if (error instanceof RedisDeadlineError && isSilentSince(askedAt, socket)) {
        drop(socket, `it was silent for ${deadline.ms} ms`);
      }
    }
  }

  function isSilentSince(at: number, socket: object): boolean {
    return (watch.heardOf(socket)?.at ?? 0) < at;
  }

  return {
    client,
    heard: watch.heard,
    isSilentSince,
    drop,
    replace(reason) {
      if (isCluster(client)) {
        client.refreshSlotsCache();
        return;
      }
      failure ??= new Error(reason);
      client.disconnect(true);
    },
    beat(silentMs, deadline) {
      const silentSince = performance.now() - silentMs;
      for (const redis of isCluster(client) ? client.nodes() : [client]) {
        if (redis.status !== 'ready' || !isSilentSince(silentSince, redis.stream)) continue;
        void ping(redis.stream, redis.ping(), deadline);
      }
      if (isCluster(client) && role.name === 'subscriber' && client.status === 'ready') {
        const question = new SubscriberPing();
        client.sendCommand(question);
        void deadline.guard(question.promise).catch((error) => {
          if (error instanceof RedisDeadlineError && question.socket) drop(question.socket, 'it was silent');
        });
      }
    },
    close() {
      isClosing = true;
      // Between two attempts, and while sentinels are asked, there is no socket, and nothing will be told, or late. A
      // Cluster that lost its last nodes together is not always told to have ended.
      const hasSocket = isCluster(client) ? client.nodes().length > 0 : hasLiveSocket(client);
      const last = isCluster(client) ? 'close' : 'end';
      const ended = hasSocket ? new Promise<void>((resolve) => void client.once(last, resolve)) : Promise.resolve();
      client.disconnect();
      return ended;
    },
  };
}

function hasLiveSocket({ status, stream }: { status: string; stream?: Redis['stream'] }): boolean {
  return !SOCKETLESS.has(status) && stream?.destroyed === false;
}

/** ioredis keeps a Cluster's subscriber connection to itself, but writes what belongs on it there. */
class SubscriberPing extends Command {
  socket: object | undefined = undefined;

  constructor() {
    super('unsubscribe', [NO_CHANNEL], { replyEncoding: null });
  }

  override toWritable(socket: object): string | Buffer {
    this.socket = socket;
    return super.toWritable(socket);
  }
}
