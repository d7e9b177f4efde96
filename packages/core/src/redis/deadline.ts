import { RedisDeadlineError } from './errors.ts';

/** Bounds promises by one duration with one timer in all, however many are under way. */
export interface Deadline {
  readonly ms: number;
  /** Settles as `work` does, or rejects with {@link RedisDeadlineError} after `ms`; `work` itself goes on unheard. */
  guard<T>(work: Promise<T>): Promise<T>;
  /** The same for a caller that keeps its own record of the work: expires `waiter` after `ms`, unless it has left. */
  enter(waiter: Waiter): void;
  leave(waiter: Waiter): void;
}

export interface Waiter {
  /** When the waiting began, by `performance.now()`; never earlier than that of a waiter that entered before. */
  readonly since: number;
  expire(error: RedisDeadlineError): void;
}

/** @param ms milliseconds, the same for every promise: so the oldest waiter is always the next to expire. */
export function createDeadline(ms: number): Deadline {
  const waiters = new Set<Waiter>();
  let timer: NodeJS.Timeout | undefined;

  /** When the process itself was busy, answers may lie in the sockets: they are read between a timer and an immediate. */
  function wake(): void {
    setImmediate(expire);
  }

  function expire(): void {
    timer = undefined;
    const now = performance.now();
    for (const waiter of waiters) {
      const remainingMs = waiter.since + ms - now;
      if (remainingMs > 0) {
        // A waiter that entered while another expired may have set it already.
        timer ??= setTimeout(wake, Math.ceil(remainingMs));
        return;
      }
      waiters.delete(waiter);
      waiter.expire(new RedisDeadlineError(ms));
    }
  }

  function enter(waiter: Waiter): void {
    waiters.add(waiter);
    if (timer) timer.ref();
    else timer = setTimeout(wake, ms);
  }

  function leave(waiter: Waiter): void {
    waiters.delete(waiter);
    // The timer holds the process only while somebody waits.
    if (waiters.size === 0) timer?.unref();
  }

  return {
    ms,
    enter,
    leave,
    guard<T>(work: Promise<T>): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        const waiter: Waiter = { since: performance.now(), expire: reject };
        enter(waiter);
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
