import { createCallWindow } from './call-window.ts';

export interface TripSettings {
  /** Failures in a row that are enough. */
  readonly failures: number;
  /** Shares of the calls in the window that are enough, above 0 and up to 1. */
  readonly failureRate: number;
  readonly slowCallRate: number;
  /** Milliseconds beyond which a call is slow; Infinity where none is. */
  readonly slowCallMs: number;
  readonly windowMs: number;
  /** Fewer calls than this in the window say nothing about a share. */
  readonly minimumCalls: number;
}

/** What was seen, and in words. */
export interface Trip {
  readonly cause: 'failures' | 'failure-rate' | 'slow-calls';
  readonly reason: string;
}

/** Watches what comes of commands, and says when it is enough. Times are `performance.now()`. */
export interface Tripwire {
  consecutiveFailures(): number;
  answered(at: number, tookMs: number): Trip | undefined;
  failed(at: number, sentAt: number): Trip | undefined;
  /** Counts anew, and only calls that are sent from now on. */
  rearm(at: number): void;
}

export function createTripwire(settings: TripSettings): Tripwire {
  const { failures, failureRate, slowCallRate, slowCallMs, minimumCalls } = settings;
  const window = createCallWindow(settings.windowMs);
  const { totals } = window;
  let consecutiveFailures = 0;
  // In an object, where a time is overwritten in place; a variable would be given a new number for every answer.
  const times = { answeredAt: Number.NEGATIVE_INFINITY, armedAt: Number.NEGATIVE_INFINITY };

  function isEnough(count: number, rate: number): boolean {
    return totals.calls >= minimumCalls && count >= totals.calls * rate;
  }

  function shareInWords(count: number, what: string): string {
    return `${count} of ${totals.calls} commands ${what}`;
  }

  return {
    consecutiveFailures: () => consecutiveFailures,
    answered(at, tookMs) {
      consecutiveFailures = 0;
      times.answeredAt = at;
      const isSlow = tookMs > slowCallMs && at - tookMs >= times.armedAt;
      window.count(at, isSlow ? 'slow' : 'fast');
      if (!isSlow || !isEnough(totals.slow, slowCallRate)) return undefined;
      return { cause: 'slow-calls', reason: shareInWords(totals.slow, `took more than ${slowCallMs} ms`) };
    },
    failed(at, sentAt) {
      if (sentAt < times.armedAt) return undefined;
      window.count(at, 'failed');
      // Where Redis has answered others since, it is this command or its socket that is in trouble, not all of Redis.
      if (sentAt >= times.answeredAt) consecutiveFailures += 1;
      if (consecutiveFailures >= failures) {
        return { cause: 'failures', reason: `${consecutiveFailures} failures in a row` };
      }
      if (!isEnough(totals.failed, failureRate)) return undefined;
      return { cause: 'failure-rate', reason: shareInWords(totals.failed, 'failed') };
    },
    rearm(at) {
      consecutiveFailures = 0;
      times.armedAt = at;
      window.clear();
    },
  };
}
