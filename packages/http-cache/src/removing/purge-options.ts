import type { InvalidateOptions, InvalidationReason } from '@breakwater/cache';
import { type Pace, parsePace, withDefaults } from '@breakwater/core';
import { checks } from '../errors.ts';
import type { NamedEntries } from './purge-target.ts';

export interface PurgeOptions {
  /**
   * `'remove'`: they are gone. `'expire'`: they are stale from now on, and stay for as long as their own windows
   * (`staleWhileRevalidate`, `staleIfError`, `keptForValidation`) let them; one that has none is gone.
   * @default 'remove'
   */
  readonly mode?: PurgeMode;
  /** Says what the purge would touch and cost, and touches nothing. @default false */
  readonly dryRun?: boolean;
  /**
   * No more than so many in a time, `'200/s'` or `'30/m'`, so that the handlers are not asked for everything at once; each is
   * served until its turn, and the call resolves when all are through. Not for a `url` or a `key`.
   * @default all at once
   */
  readonly pace?: Pace;
  /** Ends a paced purge before it is through: the report then says `isComplete: false`. */
  readonly signal?: AbortSignal;
  /** For the cache's audit and statistics. @default 'pattern' by prefix, host and all, 'manual' by all else */
  readonly reason?: InvalidationReason;
}

export type PurgeMode = 'remove' | 'expire';

export const PURGE_DEFAULTS = Object.freeze({ mode: 'remove', dryRun: false } as const);

export interface ResolvedPurge {
  readonly mode: PurgeMode;
  readonly isDryRun: boolean;
  readonly perSecond: number | undefined;
  /** For the cache, which checks signal and reason. */
  readonly invalidation: InvalidateOptions & { readonly reason: InvalidationReason };
}

/** @throws OptionError `ERR_HTTP_CACHE_OPTION` */
export function resolvePurge(named: NamedEntries, options: PurgeOptions): ResolvedPurge {
  checks.known('options', options, [...Object.keys(PURGE_DEFAULTS), 'pace', 'signal', 'reason']);
  const { mode, dryRun, pace, signal, reason } = withDefaults<PurgeOptions, typeof PURGE_DEFAULTS>(
    options,
    PURGE_DEFAULTS,
  );
  if (typeof dryRun !== 'boolean') throw checks.failure('dryRun', 'true or false', dryRun);
  if (pace !== undefined && named.by === 'keys')
    throw checks.failure('pace', 'absent for a url or a key: there is nothing to walk', pace);
  const perSecond = parsePace(pace);
  if (pace !== undefined && perSecond === undefined)
    throw checks.failure('pace', "a text such as '200/s' or '30/m'", pace);
  return {
    perSecond,
    mode: checks.oneOf('mode', mode, ['remove', 'expire']),
    isDryRun: dryRun,
    invalidation: {
      reason: reason ?? (named.by === 'pattern' ? 'pattern' : 'manual'),
      ...(pace !== undefined && { pace }),
      ...(signal !== undefined && { signal }),
    },
  };
}
