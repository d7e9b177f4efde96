import { isRefusal } from './refusal.ts';

/** What every package that asks Redis tells of its outages. Nothing is emitted for a single call. */
export interface OutageEvents {
  /** The first Redis call that failed after one that was answered; `reason` is the failure's message. */
  'outage:began': { readonly reason: string };
  'outage:ended': { readonly outageMs: number };
}

/** Turns the outcomes of single Redis calls into the beginning and the end of an outage. */
export interface OutageWatch {
  /** Whether Redis is away, by the call that ended last. */
  isAway(): boolean;
  answered(): void;
  failed(error: unknown): void;
  /** Asks no more. */
  close(): void;
}

export interface OutageObserver {
  onBegan(reason: string): void;
  onEnded(outageMs: number): void;
  /**
   * Asks Redis whether it is there, bounded. Without traffic an outage would never end: an instance that is taken out of
   * service for it would stay out.
   */
  ask?: (() => Promise<unknown>) | undefined;
}

const ASK_EVERY_MS = 1000;

export function createOutageWatch({ onBegan, onEnded, ask }: OutageObserver): OutageWatch {
  // A monotonic clock: the length of an outage must not depend on somebody setting the time.
  let awaySince: number | undefined;
  let asking: NodeJS.Timeout | undefined;
  let isClosed = false;

  function askLater(): void {
    if (!ask || asking || isClosed || awaySince === undefined) return;
    const turn = setTimeout(() => {
      ask().then(answered, () => {
        if (asking !== turn) return;
        asking = undefined;
        askLater();
      });
    }, ASK_EVERY_MS).unref();
    asking = turn;
  }

  function stopAsking(): void {
    clearTimeout(asking);
    asking = undefined;
  }

  function answered(): void {
    if (awaySince === undefined) return;
    const outageMs = performance.now() - awaySince;
    awaySince = undefined;
    stopAsking();
    onEnded(outageMs);
  }

  return {
    isAway: () => awaySince !== undefined,
    answered,
    failed(error) {
      const isFirst = awaySince === undefined;
      awaySince ??= performance.now();
      // Redis is there and refuses what it is told (full, read-only): an answered PING would prove nothing.
      if (isRefusal(error)) stopAsking();
      else askLater();
      if (isFirst) onBegan(reasonOf(error));
    },
    close() {
      isClosed = true;
      stopAsking();
    },
  };
}

/** A refused dual-stack connect has a code but an empty message. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: unknown };
  return error.message || String(code ?? error.name);
}
