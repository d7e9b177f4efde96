import type { Redis, RedisOptions } from 'ioredis';
import type { CommandTable } from './commands.ts';
import { openConnection } from './connection.ts';

/** One connection that many commands share. */
export interface Lane {
  readonly number: number;
  /** `untried` while its first attempt to connect is under way. */
  readonly state: 'untried' | 'ready' | 'down';
  readonly commands: CommandTable;
  /** Lets what else is sent in this tick leave in the same socket write. A lone command goes at once. */
  gather(): void;
  /** Commands sent and not yet answered, also those whose caller no longer waits. */
  inFlight: number;
  /** When it last brought an answer, by `performance.now()`. */
  heardAt: number;
  /** Gives the connection up for a new one; what is in flight on it fails. */
  replace(reason: string): void;
  close(): Promise<void>;
}

export interface LaneObserver {
  /** The state of any lane has changed. */
  onChange(): void;
  onReady(): void;
  onLost(lane: number, reason: string): void;
  onRestored(lane: number, lostMs: number): void;
  /** A connection was lost, or could not be made. */
  onConnectionError(reason: string): void;
}

/** No command outlives its socket, waits for one, or is sent twice: whoever sent it decides what to do. */
const LANE_SETTINGS = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
} satisfies RedisOptions;

export function openLane(settings: RedisOptions, number: number, observer: LaneObserver): Lane {
  let state: Lane['state'] = 'untried';
  let lostAt: number | undefined;

  function goDown(reason: string): void {
    const before = state;
    state = 'down';
    observer.onChange();
    if (before !== 'ready') return;
    lostAt = performance.now();
    observer.onLost(number, reason);
  }

  const connection = openConnection(
    { ...settings, ...LANE_SETTINGS },
    {
      onReady() {
        state = 'ready';
        lane.heardAt = performance.now();
        observer.onChange();
        if (lostAt !== undefined) observer.onRestored(number, performance.now() - lostAt);
        observer.onReady();
      },
      onLost(reason) {
        goDown(reason);
        observer.onConnectionError(reason);
      },
    },
  );

  let corked: Redis['stream'] | undefined;
  function uncork(): void {
    corked?.uncork();
    corked = undefined;
  }

  const lane: Lane = {
    number,
    get state() {
      return state;
    },
    // ioredis's many overloads in one shape; `PoolCommands` gives callers the types of each.
    commands: connection.redis as unknown as CommandTable,
    gather() {
      if (corked !== undefined || lane.inFlight === 0) return;
      corked = connection.redis.stream;
      corked.cork();
      // Runs when every promise that this tick has settled was followed up, as far as it goes without waiting.
      process.nextTick(uncork);
    },
    inFlight: 0,
    heardAt: 0,
    replace(reason) {
      if (state !== 'ready') return;
      goDown(reason);
      connection.replace(reason);
    },
    close() {
      state = 'down';
      observer.onChange();
      return connection.close();
    },
  };
  return lane;
}
