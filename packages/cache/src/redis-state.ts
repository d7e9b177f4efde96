import { RedisUnavailableError } from '@breakwater/core/redis';

/** Whether Redis answers, by the last call; every call of the Redis tier goes through {@link RedisState.watch}. */
export interface RedisState {
  readonly isUp: boolean;
  readonly errors: number;
  /** Resolves with the reply, or {@link UNANSWERED} or {@link UNSENT}; never rejects. */
  watch<Reply>(call: Promise<Reply>): Promise<Reply | Failure>;
}

/** No usable answer; Redis may have run the command, or may still run it when the connection is back. */
export const UNANSWERED: unique symbol = Symbol('unanswered');
/** Redis has not seen the command. */
export const UNSENT: unique symbol = Symbol('unsent');
export type Failure = typeof UNANSWERED | typeof UNSENT;

export function isFailure(reply: unknown): reply is Failure {
  return reply === UNANSWERED || reply === UNSENT;
}

export interface RedisStateListeners {
  onDown(code: string): void;
  onUp(downMs: number): void;
}

export function createRedisState({ onDown, onUp }: RedisStateListeners): RedisState {
  let downSince: number | undefined;
  let errors = 0;

  function fail(error: unknown): Failure {
    errors += 1;
    if (!isRefusal(error)) {
      if (downSince === undefined) {
        downSince = performance.now();
        onDown(codeOf(error));
      }
    }
    return error instanceof RedisUnavailableError ? UNSENT : UNANSWERED;
  }

  return {
    get isUp() {
      return downSince === undefined;
    },
    get errors() {
      return errors;
    },
    async watch(call) {
      try {
        const reply = await call;
        if (downSince !== undefined) {
          const downMs = performance.now() - downSince;
          downSince = undefined;
          onUp(downMs);
        }
        return reply;
      } catch (error) {
        return fail(error);
      }
    },
  };
}

/** Replies by which a server says that it serves nobody now, unlike OOM or READONLY, which are about one command. */
const NOT_SERVING = /^(LOADING|MASTERDOWN|CLUSTERDOWN|BUSY)\b/;

/** Redis is there and refused this command. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError' && !NOT_SERVING.test(error.message);
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'UNKNOWN';
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : error.name;
}
