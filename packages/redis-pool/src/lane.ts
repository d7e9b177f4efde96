import type { Deadline } from '@breakwater/core/redis';
import type { Cluster, Command } from 'ioredis';
import { type Client, type Endpoint, isCluster } from './clients.ts';
import { openConnection } from './connection.ts';
import type { Hearing } from './socket-watch.ts';

export type LaneState = 'untried' | 'ready' | 'down';

/** One connection that many commands share; in Cluster mode one to each node. */
export interface Lane {
  readonly number: number;
  /** `untried` while its first attempt to connect is under way. */
  state(): LaneState;
  /** Whether what a command was written to was given up because nothing came from it. */
  wasSilent(command: SentCommand): boolean;
  /** When its connection became ready, by `performance.now()`. */
  readyAt(): number;
  /** When anything last came over it. */
  readonly heard: Hearing;
  readonly client: Client;
  /** Commands sent and not yet answered, also those whose caller no longer waits. */
  inFlight: number;
  send(command: CarriedCommand): void;
  /** Drops the socket that a command was written to, when nothing was heard from it since, and says whether it did. */
  dropIfSilent(command: SentCommand, reason: string): boolean;
  /** Replaces the connection, when nothing was heard from it since. */
  replaceIfSilent(since: number, reason: string): void;
  /** Gives the connection up for a new one; what is in flight on it fails. */
  replace(reason: string): void;
  /** PINGs over what was not heard for `silentMs`, and replaces what stays silent. */
  beat(silentMs: number, deadline: Deadline): void;
  close(): Promise<void>;
}

/** A command that is told who carries it. */
export interface CarriedCommand extends Command {
  lane: Lane | undefined;
}

export interface SentCommand {
  /** What it was written to, if it was. */
  readonly socket: object | undefined;
  /** By `performance.now()`. */
  readonly since: number;
}

export interface LaneObserver {
  /** A lane of a Cluster was opened, and has not connected yet. */
  onCluster(cluster: Cluster): void;
  /** The state of any lane has changed. */
  onChange(): void;
  onReady(): void;
  onLost(lane: number, reason: string): void;
  onRestored(lane: number, lostMs: number): void;
  /** A connection was lost, or could not be made. */
  onConnectionError(reason: string): void;
}

export interface LaneSettings {
  readonly carries: 'small values' | 'large values';
  readonly endpoint: Endpoint;
  readonly connectTimeoutMs: number;
}

export function openLane(
  { endpoint, connectTimeoutMs, carries }: LaneSettings,
  number: number,
  observer: LaneObserver,
): Lane {
  let state: LaneState = 'untried';
  let lostAt: number | undefined;
  let readyAt = 0;
  const silentSockets = new WeakSet<object>();

  function goDown(reason: string): void {
    const before = state;
    state = 'down';
    observer.onChange();
    if (before !== 'ready') return;
    lostAt = performance.now();
    observer.onLost(number, reason);
  }

  const connection = openConnection(endpoint, { name: 'command', carries }, connectTimeoutMs, {
    onReady() {
      state = 'ready';
      readyAt = performance.now();
      observer.onChange();
      if (lostAt !== undefined) observer.onRestored(number, readyAt - lostAt);
      observer.onReady();
    },
    onLost(reason) {
      goDown(reason);
      observer.onConnectionError(reason);
    },
  });
  const { client } = connection;
  if (isCluster(client)) observer.onCluster(client);

  /** The loss of one node is not the loss of a lane that has others. */
  function giveUp(reason: string): void {
    if (!isCluster(client) && state === 'ready') goDown(reason);
  }

  const lane: Lane = {
    number,
    state: () => state,
    wasSilent: ({ socket }) => socket !== undefined && silentSockets.has(socket),
    readyAt: () => readyAt,
    heard: connection.heard,
    client,
    inFlight: 0,
    send(command) {
      command.lane = lane;
      lane.inFlight += 1;
      client.sendCommand(command);
    },
    dropIfSilent({ socket, since }, reason) {
      if (socket === undefined || !connection.isSilentSince(since, socket)) return false;
      silentSockets.add(socket);
      giveUp(reason);
      connection.drop(socket, reason);
      return true;
    },
    replaceIfSilent(since, reason) {
      if (isCluster(client) || connection.isSilentSince(since, client.stream)) lane.replace(reason);
    },
    replace(reason) {
      if (state !== 'ready') return;
      giveUp(reason);
      connection.replace(reason);
    },
    beat: connection.beat,
    close() {
      state = 'down';
      observer.onChange();
      return connection.close();
    },
  };
  return lane;
}
