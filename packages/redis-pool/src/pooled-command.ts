import type { RedisDeadlineError, Waiter } from '@breakwater/core/redis';
import { Command } from 'ioredis';
import type { Circuit } from './circuit.ts';
import type { Lane } from './lane.ts';

/** Hears what comes of a command, once for every time it was sent. */
export interface CommandOwner {
  onReply(command: PooledCommand, reply: unknown): void;
  onError(command: PooledCommand, error: Error): void;
  onDeadline(command: PooledCommand, error: RedisDeadlineError): void;
}

const PING = '*1\r\n$4\r\nPING\r\n';

/**
 * A command that tells its owner before its caller. It is its own record of the call (and its own place in the
 * deadline's queue) and gives the caller ioredis's own promise: a second promise and a second record would cost more
 * than everything else the pool does for a command.
 */
export class PooledCommand extends Command implements Waiter {
  readonly since = performance.now();
  isWaiting = false;
  before: Waiter | undefined = undefined;
  behind: Waiter | undefined = undefined;
  /** Characters and bytes of its arguments. */
  readonly weight: number;
  /** Tells the caller: ioredis's own `resolve` and `reject`. The reply is converted on its way. */
  readonly tell: (reply: unknown) => void;
  readonly refuse: (error: Error) => void;
  readonly owner: CommandOwner;
  /** The command whose caller waits: another one where this is its repetition. */
  readonly call: PooledCommand;
  /** The last repetition. */
  latest: PooledCommand = this;
  repetitions = 0;
  /** The lane that carries it. Absent while it waits for one. */
  lane: Lane | undefined = undefined;
  /** What it was last written to. Absent while no byte of it was sent. */
  socket: object | undefined = undefined;
  /** That of the Cluster's node that it was given to. Absent where there is one circuit for all. */
  circuit: Circuit | undefined = undefined;
  /** What to tell its caller, and the circuit, when it is not sent again. */
  giveUp: (() => void) | undefined = undefined;
  /** Where it is kept until its caller was told. */
  group: Set<PooledCommand> | undefined = undefined;
  /** The caller waits no more. */
  isTold = false;

  constructor(owner: CommandOwner, name: string, args: unknown[], settings: CommandSettings, call?: PooledCommand) {
    super(name, args as ConstructorParameters<typeof Command>[1], settings);
    this.owner = owner;
    this.call = call ?? this;
    this.tell = this.resolve;
    this.refuse = this.reject;
    this.resolve = reportReply;
    this.reject = reportError;
    this.weight = weightOf(this.args);
  }

  /** Where ioredis had to queue it, the caller may have given up before it is written: then nothing of it leaves. */
  override toWritable(socket: object): string | Buffer {
    if (this.call.isTold) return PING;
    this.socket = socket;
    return super.toWritable(socket);
  }

  expire(error: RedisDeadlineError): void {
    this.owner.onDeadline(this, error);
  }
}

export interface CommandSettings {
  /** `null` for Buffers. */
  readonly replyEncoding: 'utf8' | null;
  readonly keyPrefix?: string;
}

function reportReply(this: PooledCommand, reply: unknown): void {
  this.owner.onReply(this, reply);
}

function reportError(this: PooledCommand, error: Error): void {
  this.owner.onError(this, error);
}

/** By now all arguments are texts or Buffers. */
function weightOf(args: readonly unknown[]): number {
  let weight = 0;
  for (const arg of args) weight += (arg as string | Buffer).length;
  return weight;
}
