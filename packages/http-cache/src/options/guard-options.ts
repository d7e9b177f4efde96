import { withDefaults } from '@breakwater/core';
import { checks } from '../errors.ts';

/** Watches what the handlers of routes with a policy read, and the key does not cover. */
export interface GuardOptions {
  /**
   * `'report'`: stored all the same, with an event and a warning. `'enforce'`: not stored. `'off'`: nothing is watched.
   * @default 'report'
   */
  readonly mode?: 'off' | 'report' | 'enforce';
  /**
   * The share of handler runs that is watched; 1 outside of production, whatever is given.
   * @default 0.01
   */
  readonly sample?: number;
  /** Headers that are read but change no response, such as those of a log; `session`, `user`, `auth` for these. @default [] */
  readonly ignore?: readonly string[];
}

export const GUARD_DEFAULTS = Object.freeze({ mode: 'report', sample: 0.01, ignore: [] }) satisfies GuardOptions;

export interface ResolvedGuard {
  readonly mode: 'off' | 'report' | 'enforce';
  readonly sample: number;
  readonly ignored: readonly string[];
}

/** @throws OptionError `ERR_HTTP_CACHE_OPTION` */
export function resolveGuard(given: GuardOptions = {}): ResolvedGuard {
  checks.known('guard', given, Object.keys(GUARD_DEFAULTS));
  const { mode, sample, ignore } = withDefaults<GuardOptions, typeof GUARD_DEFAULTS>(given, GUARD_DEFAULTS);
  if (typeof sample !== 'number' || !(sample >= 0 && sample <= 1)) {
    throw checks.failure('guard.sample', 'a number from 0 to 1', sample);
  }
  if (!Array.isArray(ignore)) throw checks.failure('guard.ignore', 'an array of header names', ignore);
  return {
    mode: checks.oneOf('guard.mode', mode, ['off', 'report', 'enforce']),
    sample: process.env.NODE_ENV === 'production' ? sample : 1,
    ignored: ignore.map((name) => checks.text('guard.ignore', name).toLowerCase()),
  };
}
