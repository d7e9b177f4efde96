import { type Duration, withDefaults } from '@breakwater/core';
import type { CircuitSettings } from './circuit.ts';
import { checks } from './errors.ts';

export interface BreakerOptions {
  /**
   * Opens the circuit after so many failures in a row. Only outages count: no answer in time, no connection or a lost
   * one, LOADING, CLUSTERDOWN, MASTERDOWN, BUSY.
   * @default 5
   */
  readonly failures?: number;
  /**
   * Opens it also when this share of the commands in the window has failed, above 0 and up to 1.
   * @default 0.5
   */
  readonly failureRate?: number;
  /** How long a command may take, waiting included, before it is a slow one. Left out, none is. */
  readonly slowCallMs?: Duration;
  /**
   * Opens it also when this share of the commands in the window was slow, above 0 and up to 1.
   * @default 0.5
   */
  readonly slowCallRate?: number;
  /**
   * How far back the shares look, with a tenth of it as precision.
   * @default '10s'
   */
  readonly windowMs?: Duration;
  /**
   * Commands the window must hold before a share of them says anything.
   * @default 100
   */
  readonly minimumCalls?: number;
  /**
   * How long the circuit stays open before Redis is asked with a PING whether it is back; the upper half is random.
   * @default '1s'
   */
  readonly resetAfter?: Duration;
  /**
   * What that time is multiplied by after every PING that was not answered, or could not be sent. Redis is asked sooner when
   * a connection comes back that was missing.
   * @default 2
   */
  readonly resetFactor?: number;
  /**
   * What that time grows to at most.
   * @default '10s'
   */
  readonly longestReset?: Duration;
  /**
   * PINGs sent at once, on as many lanes where there are; all must be answered for the circuit to close.
   * @default 1
   */
  readonly probes?: number;
}

export const BREAKER_DEFAULTS = Object.freeze({
  failures: 5,
  failureRate: 0.5,
  slowCallRate: 0.5,
  windowMs: '10s',
  minimumCalls: 100,
  resetAfter: '1s',
  resetFactor: 2,
  longestReset: '10s',
  probes: 1,
});

export type BreakerSettings = Omit<CircuitSettings, 'probe' | 'random'>;

export function resolveBreaker(options: BreakerOptions): BreakerSettings {
  checks.known('breaker', options, [...Object.keys(BREAKER_DEFAULTS), 'slowCallMs']);
  const given = withDefaults(options, BREAKER_DEFAULTS);
  const { slowCallMs } = given;
  return {
    failures: checks.integer('breaker.failures', given.failures),
    failureRate: share('breaker.failureRate', given.failureRate),
    slowCallMs: slowCallMs === undefined ? Number.POSITIVE_INFINITY : checks.duration('breaker.slowCallMs', slowCallMs),
    slowCallRate: share('breaker.slowCallRate', given.slowCallRate),
    windowMs: checks.duration('breaker.windowMs', given.windowMs, { min: 10 }),
    minimumCalls: checks.integer('breaker.minimumCalls', given.minimumCalls),
    resetAfterMs: checks.duration('breaker.resetAfter', given.resetAfter, { max: LONGEST_TIMER_MS }),
    resetFactor: factor('breaker.resetFactor', given.resetFactor),
    longestResetMs: checks.duration('breaker.longestReset', given.longestReset, { max: LONGEST_TIMER_MS }),
    probes: checks.integer('breaker.probes', given.probes, { max: 1000 }),
  };
}

/** Node fires a longer one at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

function share(name: string, value: unknown): number {
  if (typeof value === 'number' && value > 0 && value <= 1) return value;
  throw checks.failure(name, 'a share above 0 and up to 1', value);
}

function factor(name: string, value: unknown): number {
  if (typeof value === 'number' && value >= 1 && Number.isFinite(value)) return value;
  throw checks.failure(name, 'a number of at least 1', value);
}
