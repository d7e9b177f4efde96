import CircuitBreaker from 'opossum';
import type { CircuitState } from './stats.ts';

/**
 * Whether commands may be sent. opossum keeps the states and the time in between, but no command runs through it: it
 * costs each one 0.4 us and more. Commands read `isClosed`, and report what came of them.
 */
export interface Circuit {
  readonly state: CircuitState;
  readonly isClosed: boolean;
  /** Redis answered a command in time, which ends a run of failures. `at` and `sentAt` are `performance.now()`. */
  answered(at: number): void;
  failed(sentAt: number): void;
  shutdown(): void;
}

export interface CircuitSettings {
  /** Failures in a row that open the circuit. */
  readonly failures: number;
  readonly resetAfterMs: number;
  /** One attempt to reach Redis, which must settle. It alone is sent while the circuit is half-open. */
  probe(): Promise<unknown>;
}

export interface CircuitObserver {
  /** At the limit, and again after every probe that failed. */
  onOpened(consecutiveFailures: number): void;
  /** @param openMs since it first opened, also when probes have failed meanwhile. */
  onHalfOpened(openMs: number): void;
  onClosed(openMs: number): void;
}

export function createCircuit({ failures, resetAfterMs, probe }: CircuitSettings, observer: CircuitObserver): Circuit {
  let consecutiveFailures = 0;
  let answeredAt = Number.NEGATIVE_INFINITY;
  let openedAt = 0;

  function answered(at: number): void {
    consecutiveFailures = 0;
    answeredAt = at;
  }

  async function probeOnce(): Promise<void> {
    try {
      await probe();
      answered(performance.now());
    } catch (error) {
      consecutiveFailures += 1;
      throw error;
    }
  }

  const breaker = new CircuitBreaker(probeOnce, {
    resetTimeout: resetAfterMs,
    // The probe bounds itself.
    timeout: false,
    // opossum fires only in half-open, where any failure opens; these keep its own statistics small and its timers few.
    rollingPercentilesEnabled: false,
    enableSnapshots: false,
    rollingCountBuckets: 1,
    rollingCountTimeout: 60_000,
  });

  breaker.on('open', () => observer.onOpened(consecutiveFailures));
  breaker.on('close', () => observer.onClosed(performance.now() - openedAt));
  breaker.on('halfOpen', () => {
    observer.onHalfOpened(performance.now() - openedAt);
    // A failed probe has opened the circuit again by the time this rejects: there is nobody else to tell.
    breaker.fire().catch(() => undefined);
  });

  return {
    get state() {
      if (breaker.closed) return 'closed';
      return breaker.halfOpen ? 'half-open' : 'open';
    },
    get isClosed() {
      return breaker.closed;
    },
    answered,
    failed(sentAt) {
      // Redis has answered others since: it is this command or its socket that is in trouble, not Redis.
      if (answeredAt > sentAt) return;
      consecutiveFailures += 1;
      if (consecutiveFailures < failures || !breaker.closed) return;
      openedAt = performance.now();
      breaker.open();
    },
    shutdown: () => breaker.shutdown(),
  };
}
