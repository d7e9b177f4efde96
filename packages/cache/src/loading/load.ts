import type { Engine } from '../engine.ts';
import type { Entry } from '../entries/entry.ts';
import { isExpired } from '../entries/freshness.ts';
import { type Awaitable, waitFor } from './circles.ts';
import { type FencedReservation, markFences } from './reservation.ts';
import type { Fences } from './work.ts';

/**
 * What a load is for. `answer`: a call waits for it. `refresh`: nobody does, and an entry that is due for a refresh does not end
 * it. `force`: whatever the tiers have is replaced, and no other process is waited for.
 */
export type LoadPurpose = 'answer' | 'refresh' | 'force';

/** What a load came to, so that each waiter can count it. */
export interface Loaded {
  readonly found: { readonly value: unknown } | undefined;
  readonly from: 'redis' | 'loader' | 'stale';
  /** Whether to begin a refresh: what was found may be served, and it is time for another. */
  readonly isDue: boolean;
  /** Whether a tag that only its loader named may have been invalidated during the load: who joined it since must not have it. */
  readonly isLate?: boolean;
  /** What a stale value was served instead of. */
  readonly error?: unknown;
}

/** A load under way. */
export interface Load extends Awaitable {
  fences: Fences;
  reservation: FencedReservation | undefined;
  /** Aborts with {@link Load.abandon}. */
  readonly signal: AbortSignal;
  readonly isAnswered: boolean;
  /** What the next load of the key is for, once that has begun. */
  replacedBy: LoadPurpose | undefined;
  /** Whether nothing more comes of it: who comes now is to begin another. */
  readonly isSettled: boolean;
  /** Resolves when it is over, or abandoned: nothing of it is to be waited for then. */
  readonly over: Promise<void>;
  /**
   * What a waiter gets. Aborting `signal` ends the waiting, and the load with its last waiter.
   *
   * @throws CircularLoadError
   */
  wait(signal: AbortSignal | undefined): Promise<Loaded>;
  /** Answers everybody who waits, or comes while the entry lasts; the load goes on. */
  answerEarly(stale: Entry<unknown>): void;
  settle(loaded: Loaded): void;
  fail(error: unknown): void;
  /** Nobody is to join it any more; what it may still bring is kept where nothing overtook it. */
  abandon(reason: unknown): void;
  end(): void;
}

export function createLoad(engine: Engine, key: string): Load {
  const controller = new AbortController();
  let waiters = 0;
  let early: Entry<unknown> | undefined;
  let isSettled = false;
  let settle = (_loaded: Loaded) => {};
  let fail = (_error: unknown) => {};
  let giveEarly = (_loaded: Loaded) => {};
  let end = () => {};
  const result = new Promise<Loaded>((resolve, reject) => {
    settle = resolve;
    fail = reject;
  });
  const answer = new Promise<Loaded>((resolve, reject) => {
    giveEarly = resolve;
    result.then(resolve, reject);
  });
  // All who wait may have left.
  answer.catch(() => {});
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });

  function abandon(reason: unknown): void {
    controller.abort(reason);
    end();
  }

  function join<Answer>(wanted: Promise<Answer>, signal: AbortSignal | undefined): Promise<Answer> {
    waiters += 1;
    if (!signal) return wanted;
    return untilAborted(wanted, signal, () => {
      waiters -= 1;
      if (waiters === 0) abandon(signal.reason);
    });
  }

  const load: Load = {
    key,
    loader: undefined,
    fences: markFences(engine),
    reservation: undefined,
    signal: controller.signal,
    replacedBy: undefined,
    get isAnswered() {
      return isSettled || early !== undefined;
    },
    get isSettled() {
      return isSettled;
    },
    over,
    wait(signal) {
      if (early && !isExpired(early, engine.clock.now())) return join(answer, signal);
      return waitFor(load, () => join(early ? result : answer, signal));
    },
    answerEarly(stale) {
      early = stale;
      giveEarly({ found: stale, from: 'stale', isDue: false });
    },
    settle(loaded) {
      isSettled = true;
      settle(loaded);
    },
    fail(error) {
      isSettled = true;
      fail(error);
    },
    abandon,
    end,
  };
  return load;
}

function untilAborted<Result>(wanted: Promise<Result>, signal: AbortSignal, leave: () => void): Promise<Result> {
  return new Promise((resolve, reject) => {
    function stop(): void {
      leave();
      reject(signal.reason);
    }
    if (signal.aborted) {
      stop();
      return;
    }
    signal.addEventListener('abort', stop, { once: true });
    const stay = () => signal.removeEventListener('abort', stop);
    wanted.then(stay, stay);
    wanted.then(resolve, reject);
  });
}
