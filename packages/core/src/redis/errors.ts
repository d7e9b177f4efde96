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

/** A walk over all keys of a Cluster that would miss some. */
export class RedisUnknownNodeError extends BreakwaterError {
  override readonly name = 'RedisUnknownNodeError';

  constructor() {
    super(
      'ERR_REDIS_UNKNOWN_NODE',
      'The Cluster has a node with keys that the client has not heard of yet, so not all keys can be walked over. Try again in a few seconds.',
    );
  }
}

/** A Redis command that was not sent, because there is no connection to send it on. */
export class RedisUnavailableError extends BreakwaterError {
  override readonly name = 'RedisUnavailableError';

  constructor(state: string, options?: { cause?: unknown }) {
    super('ERR_REDIS_UNAVAILABLE', `Redis is not available (${state}); the command was not sent.`, options);
  }
}
