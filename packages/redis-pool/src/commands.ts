import type { RedisPort, RedisValue } from '@breakwater/core/redis';
import { RedisArgumentError, RedisSharedConnectionError } from './errors.ts';

const PORT_COMMANDS = [
  'get',
  'set',
  'mget',
  'mgetBuffer',
  'unlink',
  'pexpire',
  'scan',
  'evalsha',
  'eval',
  'publish',
  'ping',
  'info',
] as const satisfies readonly (keyof RedisPort)[];

const COMMANDS = [...PORT_COMMANDS, 'call', 'callBuffer'] as const;

export type CommandName = (typeof COMMANDS)[number];

/** The commands as a client runs them, whatever their arguments. */
export type CommandTable = Readonly<Record<CommandName, (...args: unknown[]) => Promise<unknown>>>;

export interface PoolCommands extends Pick<RedisPort, (typeof PORT_COMMANDS)[number]> {
  /**
   * Any other command, by name: `call('HGET', key, field)`, under the same deadline and circuit.
   *
   * @throws RedisSharedConnectionError for a command that changes or occupies its connection.
   */
  call(command: string, ...args: RedisValue[]): Promise<unknown>;
  /** {@link call}, with texts in the answer as Buffers. */
  callBuffer(command: string, ...args: RedisValue[]): Promise<unknown>;
}

/** Subscriptions, transactions and blocking reads belong to one connection; QUIT would end a lane for good. */
const CONNECTION_BOUND = new Set(
  `SUBSCRIBE PSUBSCRIBE SSUBSCRIBE UNSUBSCRIBE PUNSUBSCRIBE SUNSUBSCRIBE MONITOR SYNC PSYNC
   MULTI EXEC DISCARD WATCH UNWATCH SELECT AUTH HELLO QUIT RESET READONLY READWRITE ASKING
   BLPOP BRPOP BLMOVE BLMPOP BRPOPLPUSH BZPOPMIN BZPOPMAX BZMPOP WAIT WAITAOF`.split(/\s+/),
);

/** One method a command, all of which go through `send`. */
export function createCommands(send: (name: CommandName, args: unknown[]) => Promise<unknown>): PoolCommands {
  function run(name: CommandName, args: unknown[]): Promise<unknown> {
    const foreign = args.find(isForeign);
    return foreign === undefined ? send(name, args) : Promise.reject(new RedisArgumentError(name, foreign));
  }

  const methods = COMMANDS.map((name) => [name, (...args: unknown[]) => run(name, args)] as const);
  const { call, callBuffer, ...commands } = Object.fromEntries(methods) as CommandTable;
  const sharing =
    (callByName: CommandTable['call']): PoolCommands['call'] =>
    (command, ...args) => {
      const name = String(command).toUpperCase();
      if (CONNECTION_BOUND.has(name)) return Promise.reject(new RedisSharedConnectionError(name));
      return callByName(command, ...args);
    };
  return {
    ...(commands as Omit<PoolCommands, 'call' | 'callBuffer'>),
    call: sharing(call),
    callBuffer: sharing(callBuffer),
  };
}

/**
 * What ioredis would call as a callback, or turn into text by a `toString` that may be anything: an object out of a
 * request's query (`?key[toString]=x`) then ends the process with an unhandled rejection.
 */
function isForeign(argument: unknown): boolean {
  if (Array.isArray(argument)) return argument.some((item) => Array.isArray(item) || isForeign(item));
  if (typeof argument === 'function') return true;
  return typeof argument === 'object' && argument !== null && !ArrayBuffer.isView(argument);
}
