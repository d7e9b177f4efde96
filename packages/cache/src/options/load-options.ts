import { type Duration, withDefaults } from '@breakwater/core';
import { checks } from '../errors.ts';
import { MAX_TTL_MS } from './ttl.ts';

/** How the loader of a policy's entries is run. */
export interface LoadPolicyOptions {
  /**
   * How long callers wait for a load where there is an entry within its `staleIfError`: then they get that entry, and
   * the load goes on in the background.
   * @default none
   */
  readonly softTimeout?: Duration;
  /**
   * How long a loader may run. Then its `signal` aborts, and callers get a `LoadTimeoutError`, or the entry within
   * its `staleIfError`. What such a loader returns in the end is kept, unless the key was invalidated or loaded again
   * meanwhile.
   * @default none
   */
  readonly hardTimeout?: Duration;
  /**
   * The fraction of an entry's `ttl` after which a call that finds it begins to load it anew in the background; 1 is
   * never. An entry that nobody asks for is not loaded.
   * @default 1
   */
  readonly eagerRefresh?: number;
  /**
   * Lifetime of a `null` or `undefined` that a loader gives, without any stale windows; 0 does not keep it.
   * @default that of any value
   */
  readonly negativeTtl?: Duration;
  /**
   * How long after an error of the loader the next calls for the key get the same error, or the entry within its
   * `staleIfError`, and the loader is not run, not even for a refresh. Doubles with each further error, to 32 times
   * the given time at most. A value, an invalidation or a `set` ends it.
   * @default 0
   */
  readonly retryAfter?: Duration;
  /**
   * Whether a key is loaded by one process of the fleet at a time, while the others wait for it, or by one call in each
   * process. Without Redis every process is a fleet of its own.
   * @default 'fleet'
   */
  readonly lease?: LeaseScope;
  /**
   * How long a load waits for that of another process, and for what it has stored where a replica that is behind answers
   * reads. Then its callers get the entry within its `staleIfError`, and where there is none this process runs the loader
   * as well. Callers who can be given a stale entry wait no longer than `softTimeout`. The lease of a process that was
   * killed in its loader ends after 3 seconds: with less than `'4s'` several others may load then.
   * @default '5s'
   */
  readonly leaseWait?: Duration;
}

/** What a call has a loader run for. */
export const LOAD_MODES = Object.freeze(['cached', 'refresh', 'bypass'] as const);

const LEASE_SCOPES = Object.freeze(['fleet', 'process'] as const);

export type LeaseScope = (typeof LEASE_SCOPES)[number];

export const LOAD_DEFAULTS = Object.freeze({
  eagerRefresh: 1,
  retryAfter: 0,
  lease: 'fleet',
  leaseWait: '5s',
}) satisfies LoadPolicyOptions;

export interface ResolvedLoadPolicy {
  readonly softTimeoutMs: number | undefined;
  readonly hardTimeoutMs: number | undefined;
  readonly eagerRefresh: number;
  readonly negativeTtlMs: number | undefined;
  readonly retryAfterMs: number;
  readonly lease: LeaseScope;
  readonly leaseWaitMs: number;
}

const KEYS = [...Object.keys(LOAD_DEFAULTS), 'softTimeout', 'hardTimeout', 'negativeTtl'];

/** The longest that a timer of Node can wait. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** @throws OptionError `ERR_CACHE_OPTION`. */
export function resolveLoadPolicy(path: string, given: LoadPolicyOptions): ResolvedLoadPolicy {
  checks.known(path, given, KEYS);
  const options = withDefaults<LoadPolicyOptions, typeof LOAD_DEFAULTS>(given, LOAD_DEFAULTS);
  const softTimeoutMs = timeoutOf(`${path}.softTimeout`, options.softTimeout);
  const hardTimeoutMs = timeoutOf(`${path}.hardTimeout`, options.hardTimeout);
  if (softTimeoutMs !== undefined && hardTimeoutMs !== undefined && softTimeoutMs >= hardTimeoutMs) {
    throw checks.failure(`${path}.softTimeout`, 'shorter than hardTimeout', options.softTimeout);
  }
  return {
    softTimeoutMs,
    hardTimeoutMs,
    eagerRefresh: checkEagerRefresh(`${path}.eagerRefresh`, options.eagerRefresh),
    negativeTtlMs:
      options.negativeTtl === undefined
        ? undefined
        : checks.duration(`${path}.negativeTtl`, options.negativeTtl, { min: 0, max: MAX_TTL_MS }),
    retryAfterMs: checks.duration(`${path}.retryAfter`, options.retryAfter, { min: 0, max: MAX_TTL_MS }),
    lease: checks.oneOf(`${path}.lease`, options.lease, LEASE_SCOPES),
    leaseWaitMs: resolveLeaseWait(`${path}.leaseWait`, options.leaseWait),
  };
}

/** @throws OptionError `ERR_CACHE_OPTION`. */
export function resolveLeaseWait(option: string, leaseWait: Duration): number {
  return checks.duration(option, leaseWait, { min: 0, max: MAX_TIMEOUT_MS });
}

function timeoutOf(option: string, timeout: Duration | undefined): number | undefined {
  return timeout === undefined ? undefined : checks.duration(option, timeout, { max: MAX_TIMEOUT_MS });
}

function checkEagerRefresh(option: string, fraction: unknown): number {
  if (typeof fraction === 'number' && fraction > 0 && fraction <= 1) return fraction;
  throw checks.failure(option, 'a number above 0 and at most 1', fraction);
}
