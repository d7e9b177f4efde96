import { type Duration, type Size, withDefaults } from '@breakwater/core';
import { LONGEST_TIMER_MS } from './breaker-options.ts';
import { checks } from './errors.ts';

/** How much the pool keeps under way and waiting, so that an outage cannot fill the memory. */
export interface LimitOptions {
  /**
   * How many commands one lane carries at a time. When all lanes are full, commands wait.
   * @default 2000
   */
  readonly inFlight?: number;
  /**
   * How many commands may wait, for room on a lane or for the first connection.
   * @default 10000
   */
  readonly waiting?: number;
  /**
   * How much the arguments of all commands may measure together that wait or are under way.
   * @default '64mb'
   */
  readonly bytes?: Size;
  /**
   * How long a command may wait for room on a lane; never longer than `deadlineMs`.
   * @default '1s'
   */
  readonly waitTimeout?: Duration;
}

export const LIMIT_DEFAULTS = Object.freeze({
  inFlight: 2000,
  waiting: 10_000,
  bytes: '64mb',
  waitTimeout: '1s',
});

export interface Limits {
  readonly inFlight: number;
  readonly waiting: number;
  readonly bytes: number;
  readonly waitTimeoutMs: number;
}

export function resolveLimits(options: LimitOptions): Limits {
  checks.known('limits', options, Object.keys(LIMIT_DEFAULTS));
  const { inFlight, waiting, bytes, waitTimeout } = withDefaults(options, LIMIT_DEFAULTS);
  return {
    inFlight: checks.integer('limits.inFlight', inFlight),
    waiting: checks.integer('limits.waiting', waiting, { min: 0 }),
    bytes: checks.size('limits.bytes', bytes),
    waitTimeoutMs: checks.duration('limits.waitTimeout', waitTimeout, { max: LONGEST_TIMER_MS }),
  };
}
