import { RedisDeadlineError } from './errors.ts';

/** Bounds promises by one duration with one timer in all, however many are under way. */
export interface Deadline {
  readonly ms: number;
  /** Settles as `work` does, or rejects with {@link RedisDeadlineError} after `ms`; `work` itself goes on unheard. */
  guard<T>(work: Promise<T>): Promise<T>;
}

interface Waiter {
  readonly expiresAt: number;
  readonly reject: (error: Error) => void;
}

/** @param ms milliseconds, the same for every promise: so the oldest waiter is always the next to expire. */
export function createDeadline(ms: number): Deadline {
  const waiters = new Set<Waiter>();
  let timer: NodeJS.Timeout | undefined;

  function expire(): void {
    timer = undefined;
    const now = performance.now();
    for (const waiter of waiters) {
      if (waiter.expiresAt > now) {
        timer = setTimeout(expire, Math.ceil(waiter.expiresAt - now));
        return;
      }
      waiters.delete(waiter);
      waiter.reject(new RedisDeadlineError(ms));
    }
  }

  function leave(waiter: Waiter): void {
    waiters.delete(waiter);
    // The timer holds the process only while somebody waits.
    if (waiters.size === 0) timer?.unref();
  }

  return {
    ms,
    guard<T>(work: Promise<T>): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        const waiter: Waiter = { expiresAt: performance.now() + ms, reject };
        waiters.add(waiter);
        if (timer) timer.ref();
        else timer = setTimeout(expire, ms);
        work.then(
          (value) => {
            leave(waiter);
            resolve(value);
          },
          (error) => {
            leave(waiter);
            reject(error);
          },
        );
      });
    },
  };
}
