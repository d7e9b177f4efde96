/** Work nobody awaits, so that it is named, its failures are heard, and a shutdown can wait for it. */
export interface BackgroundWork {
  /** Starts `work`; a rejection goes to `onFailure` with the reason, never to the process. */
  run(reason: string, work: () => Promise<unknown>): void;
  /** Resolves when everything started so far, and what that started, has settled. */
  drain(): Promise<void>;
}

export function createBackgroundWork(onFailure: (reason: string, error: unknown) => void): BackgroundWork {
  const running = new Set<Promise<void>>();

  async function settle(reason: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      onFailure(reason, error);
    }
  }

  return {
    run(reason, work) {
      const settled = settle(reason, work);
      running.add(settled);
      // Heard before whoever drains. Not by `finally`, which makes five promises of one.
      void settled.then(() => running.delete(settled));
    },
    async drain() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
