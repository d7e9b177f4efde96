import type { BackgroundWork } from '@breakwater/core';
import type { Invalidations, Outbox } from './outbox.ts';

/**
 * Sends invalidations that Redis could not take, as soon as it answers, and before anything is read from it: its
 * entries are as they were before the outage.
 */
export interface Replay {
  /** Whether Redis may hold what was invalidated. */
  isDue(): boolean;
  later(invalidations: Partial<Invalidations>): void;
  /** Tries now. @returns whether nothing is due any more. */
  settle(): Promise<boolean>;
  /** Redis answers again: what is due need not wait for the next try. */
  wake(): void;
  close(): void;
}

export interface ReplayOptions {
  readonly outbox: Outbox;
  /** @returns what Redis did not take. */
  readonly send: (invalidations: Invalidations) => Promise<Partial<Invalidations> | undefined>;
  readonly background: BackgroundWork;
}

/** Others may read from Redis what is due until it has been sent. */
const RETRY_MS = 250;

export function createReplay({ outbox, send, background }: ReplayOptions): Replay {
  let sending: Promise<boolean> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  async function sendAll(): Promise<boolean> {
    const due = outbox.take();
    let refused: Partial<Invalidations> | undefined = due;
    try {
      refused = await send(due);
    } finally {
      sending = undefined;
      if (refused) later(refused);
    }
    return outbox.size() === 0;
  }

  function settle(): Promise<boolean> {
    if (!sending && outbox.size() > 0) sending = sendAll();
    return sending ?? Promise.resolve(true);
  }

  function later(invalidations: Partial<Invalidations>): void {
    outbox.add(invalidations);
    if (isClosed) return;
    timer ??= setTimeout(() => {
      timer = undefined;
      wake();
    }, RETRY_MS).unref();
  }

  function wake(): void {
    if (outbox.size() > 0) background.run('replay of invalidations', settle);
  }

  return {
    isDue: () => sending !== undefined || outbox.size() > 0,
    later,
    settle,
    wake,
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}
