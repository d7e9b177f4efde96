/**
 * The Redis calls this suite makes, as structural types: our pool, an ioredis `Redis` and an ioredis `Cluster` all fit,
 * and no package imports ioredis for its types. `port.test.ts` holds that against real ioredis.
 */
export type RedisValue = string | Buffer | number;

/** An entry's fields are names and values in turn. */
export type StreamEntry = [id: string, fields: string[]];

export interface RedisPort {
  /** ioredis's connection state: `ready`, `wait` (lazy), `connecting`, `reconnecting`, `end`, … */
  readonly status: string;
  /**
   * Present where the client bounds every command by itself, as our pool does: milliseconds.
   * A client without it is bounded by `boundRedis`.
   */
  readonly deadlineMs?: number;

  /**
   * Present where a bound command can do without a promise of its own: runs `command` on the client behind this one, and calls
   * one of the other two, once. All three are given `call`, so none of them has to be made anew for each.
   */
  hear?<Sent extends SentCall, Reply>(
    call: Sent,
    command: (client: RedisPort, call: Sent) => Promise<Reply>,
    answered: (call: Sent, reply: Reply) => void,
    failed: (call: Sent, error: unknown) => void,
  ): void;

  get(key: string): Promise<string | null>;
  getBuffer(key: string): Promise<Buffer | null>;
  set(key: string, value: string | Buffer, unit: 'PX', ttlMs: number): Promise<unknown>;
  mget(keys: string[]): Promise<(string | null)[]>;
  mgetBuffer(keys: string[]): Promise<(Buffer | null)[]>;
  unlink(keys: string[]): Promise<number>;
  pexpire(key: string, ttlMs: number): Promise<number>;
  scan(cursor: string, match: 'MATCH', pattern: string, limit: 'COUNT', count: number): Promise<[string, string[]]>;
  evalsha(sha: string, keyCount: number, ...keysAndValues: RedisValue[]): Promise<unknown>;
  eval(lua: string, keyCount: number, ...keysAndValues: RedisValue[]): Promise<unknown>;
  xrange(key: string, start: string, end: string, limit: 'COUNT', count: number): Promise<StreamEntry[]>;
  xrevrange(key: string, end: string, start: string, limit: 'COUNT', count: number): Promise<StreamEntry[]>;
  publish(channel: string, message: string): Promise<number>;
  ping(): Promise<string>;
  info(section: string): Promise<string>;

  /** A connection of its own for pub/sub. */
  duplicate(): RedisSubscriber;
  /** Where present, `boundRedis` waits for a connection that is just being made. */
  once?(event: 'ready' | 'close', listener: () => void): unknown;
  /** Only a Cluster has it: one client a node. */
  nodes?(role: 'master'): RedisNode[];
}

/** A call that is bounded from when it was sent. */
export interface SentCall {
  /** By `performance.now()`; never earlier than that of a call that was sent before. */
  readonly sentAt: number;
}

/** One server of a Cluster, as far as a keyspace walk needs it. */
export interface RedisNode extends Pick<RedisPort, 'scan' | 'info'> {
  cluster(subcommand: 'NODES'): Promise<unknown>;
}

export interface RedisSubscriber {
  readonly status: string;
  subscribe(channel: string): Promise<unknown>;
  call(command: string, ...args: string[]): Promise<unknown>;
  on(event: 'message', listener: (channel: string, message: string) => void): unknown;
  on(event: 'messageBuffer', listener: (channel: Buffer, message: Buffer) => void): unknown;
  on(event: 'ready' | 'close', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  disconnect(): void;
}
