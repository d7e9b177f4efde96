import type { RedisPort, RedisValue } from '@breakwater/core/redis';
import { RedisArgumentError, RedisSharedConnectionError } from './errors.ts';

const PORT_COMMANDS = [
  'get',
  'getBuffer',
  'set',
  'mget',
  'mgetBuffer',
  'unlink',
  'pexpire',
  'scan',
  'evalsha',
  'eval',
  'xrange',
  'xrevrange',
  'publish',
  'ping',
  'info',
] as const satisfies readonly (keyof RedisPort)[];

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

function needsOwnConnection(name: string, args: readonly unknown[]): boolean {
  if (name !== 'XREAD' && name !== 'XREADGROUP') return CONNECTION_BOUND.has(name);
  const words = args.flat().map((word) => (typeof word === 'string' ? word.toUpperCase() : word));
  return words.slice(0, words.indexOf('STREAMS')).includes('BLOCK');
}

/** How a command is sent and its answer read: by its name, without what `Buffer` in a method's name says. */
export type Send = (name: string, args: unknown[], replyEncoding: 'utf8' | null) => Promise<unknown>;

/** One method a command, all of which go through `send`. */
export function createCommands(send: Send): PoolCommands {
  function run(name: string, args: unknown[], replyEncoding: 'utf8' | null): Promise<unknown> {
    for (const argument of args) {
      if (typeof argument !== 'string' && isForeign(argument)) {
        return Promise.reject(new RedisArgumentError(name, argument));
      }
    }
    return send(name, args, replyEncoding);
  }

  function runByName(command: unknown, args: unknown[], replyEncoding: 'utf8' | null): Promise<unknown> {
    const name = String(command);
    if (needsOwnConnection(name.toUpperCase(), args)) {
      return Promise.reject(new RedisSharedConnectionError(name.toUpperCase()));
    }
    return run(name, args, replyEncoding);
  }

  const methods = PORT_COMMANDS.map((method) => {
    const name = method.replace('Buffer', '');
    const replyEncoding = name === method ? 'utf8' : null;
    return [method, (...args: unknown[]) => run(name, args, replyEncoding)] as const;
  });
  return {
    ...(Object.fromEntries(methods) as unknown as Pick<RedisPort, (typeof PORT_COMMANDS)[number]>),
    call: (command, ...args) => runByName(command, args, 'utf8'),
    callBuffer: (command, ...args) => runByName(command, args, null),
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
