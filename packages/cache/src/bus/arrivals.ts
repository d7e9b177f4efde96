/** Waits for conditions that a message on the bus may fulfil. */
export interface Arrivals {
  /** Resolves with true as soon as `isThere` is true, with false when the time is over. */
  until(isThere: () => boolean, withinMs: number): Promise<boolean>;
  /** A message has come: the conditions are looked at. */
  look(): void;
  /** Ends all waiting, with false. */
  close(): void;
}

interface Waiter {
  readonly isThere: () => boolean;
  readonly end: (came: boolean) => void;
}

export function createArrivals(): Arrivals {
  const waiters = new Set<Waiter>();

  return {
    until(isThere, withinMs) {
      if (isThere()) return Promise.resolve(true);
      return new Promise((resolve) => {
        const waiter: Waiter = {
          isThere,
          end(came) {
            clearTimeout(timer);
            waiters.delete(waiter);
            resolve(came);
          },
        };
        const timer = setTimeout(() => waiter.end(false), withinMs);
        waiters.add(waiter);
      });
    },
    look() {
      for (const waiter of waiters) if (waiter.isThere()) waiter.end(true);
    },
    close() {
      for (const waiter of waiters) waiter.end(false);
    },
  };
}
