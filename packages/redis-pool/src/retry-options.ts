import { type Duration, withDefaults } from '@breakwater/core';
import { checks } from './errors.ts';

/**
 * Repetition of commands that a lost connection, READONLY, TRYAGAIN or CLUSTERDOWN has failed, all within their one
 * deadline. Only of those that may run twice: reads, EXPIRE, and SET without a condition.
 */
export interface RetryOptions {
  /**
   * How often a command is repeated at most; 0 for never.
   * @default 2
   */
  readonly attempts?: number;
  /**
   * The longest delay before the first repetition, doubled for each further one. The delay itself is random.
   * @default '20ms'
   */
  readonly firstDelay?: Duration;
  /**
   * The longest delay before any repetition.
   * @default '200ms'
   */
  readonly longestDelay?: Duration;
}

export const RETRY_DEFAULTS = Object.freeze({ attempts: 2, firstDelay: '20ms', longestDelay: '200ms' });

export interface RetrySettings {
  readonly attempts: number;
  readonly firstMs: number;
  readonly longestMs: number;
}

export function resolveRetry(options: RetryOptions): RetrySettings {
  checks.known('retry', options, Object.keys(RETRY_DEFAULTS));
  const { attempts, firstDelay, longestDelay } = withDefaults(options, RETRY_DEFAULTS);
  return {
    attempts: checks.integer('retry.attempts', attempts, { min: 0, max: 100 }),
    firstMs: checks.duration('retry.firstDelay', firstDelay),
    longestMs: checks.duration('retry.longestDelay', longestDelay),
  };
}
