import {
  createOutageWatch,
  isRefusal,
  type OutageObserver,
  RedisUnavailableError,
  RedisUnknownNodeError,
} from '@breakwater/core/redis';

/** Whether Redis answers, by the last call; every call of the Redis tier goes through {@link RedisState.watch}. */
export interface RedisState {
  isUp(): boolean;
  errors(): number;
  /** Resolves with the reply, or {@link UNANSWERED} or {@link UNSENT}; never rejects. */
  watch<Reply>(call: Promise<Reply>): Promise<Reply | Failure>;
  /** The same for a caller who hears of both by himself. */
  answered<Reply>(reply: Reply): Reply;
  failed(error: unknown): Failure;
  close(): void;
}

/** No usable answer; Redis may have run the command, or may still run it when the connection is back. */
export const UNANSWERED: unique symbol = Symbol('unanswered');
/** Redis has not seen the command. */
export const UNSENT: unique symbol = Symbol('unsent');
export type Failure = typeof UNANSWERED | typeof UNSENT;

export function isFailure(reply: unknown): reply is Failure {
  return reply === UNANSWERED || reply === UNSENT;
}

export function createRedisState(observer: OutageObserver): RedisState {
  const outage = createOutageWatch(observer);
  let errors = 0;

  function answered<Reply>(reply: Reply): Reply {
    outage.answered();
    return reply;
  }

  function failed(error: unknown): Failure {
    errors += 1;
    // Of a Cluster with a node that its client has not heard of, all that were asked have answered.
    const isAnswered = isRefusal(error) || error instanceof RedisUnknownNodeError;
    if (!isAnswered) outage.failed(error);
    return error instanceof RedisUnavailableError ? UNSENT : UNANSWERED;
  }

  return {
    isUp: () => !outage.isAway(),
    errors: () => errors,
    watch: (call) => call.then(answered, failed),
    answered,
    failed,
    close: outage.close,
  };
}
