import { BreakwaterError } from '../errors.ts';

/** A Redis command that had no answer in time. Whether Redis ran it is unknown. */
export class RedisDeadlineError extends BreakwaterError {
  override readonly name = 'RedisDeadlineError';
  readonly deadlineMs: number;

  constructor(deadlineMs: number) {
    super('ERR_REDIS_DEADLINE', `Redis did not answer within ${deadlineMs} ms. Whether it ran the command is unknown.`);
    this.deadlineMs = deadlineMs;
  }
}

/** A Redis command that was not sent, because there is no connection to send it on. */
export class RedisUnavailableError extends BreakwaterError {
  override readonly name = 'RedisUnavailableError';

  constructor(state: string, options?: { cause?: unknown }) {
    super('ERR_REDIS_UNAVAILABLE', `Redis is not available (${state}); the command was not sent.`, options);
  }
}
