import { BreakwaterError, createOptionChecks, describeValue } from '@breakwater/core';

export const checks = createOptionChecks('REDIS_POOL');

/** The socket closed while the command was under way. Whether Redis ran it is unknown, so it is not sent again. */
export class RedisConnectionLostError extends BreakwaterError {
  override readonly name = 'RedisConnectionLostError';

  constructor(options: { cause: unknown }) {
    super(
      'ERR_REDIS_POOL_CONNECTION_LOST',
      'The connection to Redis closed before it answered. Whether it ran the command is unknown.',
      options,
    );
  }
}

/** More commands than the pool's `limits` allow. Redis may be well; the load is too high for it or for this process. */
export class RedisOverloadedError extends BreakwaterError {
  override readonly name = 'RedisOverloadedError';

  constructor(problem: string) {
    super(
      'ERR_REDIS_OVERLOADED',
      `The Redis pool is overloaded: ${problem}. The command was not sent; shed load, or raise the limits.`,
    );
  }
}

export class RedisPoolClosedError extends BreakwaterError {
  override readonly name = 'RedisPoolClosedError';

  constructor() {
    super('ERR_REDIS_POOL_CLOSED', 'The Redis pool is closed; the command was not sent. Close the pool last.');
  }
}

/** A command that would change or occupy its connection, on which other callers' commands travel as well. */
export class RedisSharedConnectionError extends BreakwaterError {
  override readonly name = 'RedisSharedConnectionError';
  readonly command: string;

  constructor(command: string) {
    super(
      'ERR_REDIS_POOL_SHARED_CONNECTION',
      `${command} needs a connection of its own, and the pool's are shared. Use duplicate(), blocking() or an ioredis client of your own.`,
    );
    this.command = command;
  }
}

/** An argument that is no text, number or Buffer. Often a parsed query or body that was taken for a text. */
export class RedisArgumentError extends BreakwaterError {
  override readonly name = 'RedisArgumentError';

  constructor(command: string, value: unknown) {
    super(
      'ERR_REDIS_POOL_ARGUMENT',
      `Arguments of ${command} must be texts, numbers, Buffers or arrays of them, got ${describeValue(value)}.`,
    );
  }
}
