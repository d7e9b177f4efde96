/** Lets calls of this process wait for a wake, by id. */
export interface Wakes {
  /** From now on no wake of `id` is missed, until it is closed. */
  watch(id: string): WakeWatch;
  wake(id: string): void;
}

export interface WakeWatch {
  /** Resolves at the next wake, at once where there was one since the last call, else after `timeoutMs` or with `signal`. */
  next(timeoutMs: number, signal: AbortSignal): Promise<void>;
  close(): void;
}

export function createWakes(): Wakes {
  const listeners = new Map<string, Set<() => void>>();

  return {
    watch(id) {
      let isDue = false;
      let resume = () => {};
      const listen = () => {
        isDue = true;
        resume();
      };
      const ofId = listeners.get(id) ?? new Set();
      listeners.set(id, ofId.add(listen));
      return {
        async next(timeoutMs, signal) {
          if (!isDue && !signal.aborted) {
            let timer: NodeJS.Timeout | undefined;
            signal.addEventListener('abort', listen);
            await new Promise<void>((resolve) => {
              resume = resolve;
              timer = setTimeout(resolve, timeoutMs);
            });
            signal.removeEventListener('abort', listen);
            clearTimeout(timer);
          }
          isDue = false;
        },
        close() {
          ofId.delete(listen);
          if (ofId.size === 0) listeners.delete(id);
        },
      };
    },
    wake(id) {
      for (const listen of listeners.get(id) ?? []) listen();
    },
  };
}
