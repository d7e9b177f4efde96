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
  /** `coalesced`: from the load of another process, which was waited for. */
  readonly from: 'redis' | 'loader' | 'coalesced' | 'stale';
  /** Whether it is time for a refresh: the entry that was found may be served, but is stale or nearly so. */
  readonly isDue: boolean;
  /**
   * Whether a tag that only the loader named may have been invalidated during the load: a caller that joined it
   * meanwhile is to load again.
   */
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
  /** Whether its result is known: a later caller begins another load. */
  readonly isSettled: boolean;
  /** Resolves when the load is over, or abandoned: nobody need wait for it then. */
  readonly over: Promise<void>;
  /**
   * What a waiter gets. Aborting `signal` ends the waiting, and the load with its last waiter.
   *
   * @throws CircularLoadError
   */
  wait(signal: AbortSignal | undefined): Promise<Loaded>;
  /** Answers all who wait, and all who come before the entry expires, with a stale one; the load goes on. */
  answerEarly(stale: Entry<unknown>): void;
  settle(loaded: Loaded): void;
  fail(error: unknown): void;
  /** Nobody joins it any more. What its loader still brings is kept unless another load of the key has begun. */
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
  // Where all who waited have left, nobody handles its rejection.
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
