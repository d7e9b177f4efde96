/** What every package that asks Redis tells of its outages. Nothing is emitted for a single call. */
export interface OutageEvents {
  /** The first Redis call that failed after one that was answered; `reason` is the failure's message. */
  'outage:began': { readonly reason: string };
  'outage:ended': { readonly outageMs: number };
}

/** Turns the outcomes of single Redis calls into the beginning and the end of an outage. */
export interface OutageWatch {
  /** Whether Redis is away, by the call that ended last. */
  readonly isAway: boolean;
  answered(): void;
  failed(error: unknown): void;
}

export interface OutageObserver {
  onBegan(reason: string): void;
  onEnded(outageMs: number): void;
}

export function createOutageWatch({ onBegan, onEnded }: OutageObserver): OutageWatch {
  // A monotonic clock: the length of an outage must not depend on somebody setting the time.
  let awaySince: number | undefined;
  return {
    get isAway() {
      return awaySince !== undefined;
    },
    answered() {
      if (awaySince === undefined) return;
      const outageMs = performance.now() - awaySince;
      awaySince = undefined;
      onEnded(outageMs);
    },
    failed(error) {
      if (awaySince !== undefined) return;
      awaySince = performance.now();
      onBegan(reasonOf(error));
    },
  };
}

/** A refused dual-stack connect has a code but an empty message. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: unknown };
  return error.message || String(code ?? error.name);
}
