import type { LifetimeTerms } from '../entries/freshness.ts';
import { type CommitOptions, checkCallOptions, type WriteOptions } from './call-options.ts';
import { resolveStale, resolveTtl } from './policy-options.ts';

/**
 * The terms of a reservation, with the times that its `commit` gives in place of them.
 *
 * @throws OptionError `ERR_CACHE_OPTION`.
 */
export function withTimes(terms: LifetimeTerms, given: CommitOptions): LifetimeTerms {
  checkCallOptions(given);
  const { staleWhileRevalidateMs, staleIfErrorMs } = windowsOf(terms, given);
  const ttlMs = given.ttl === undefined ? terms.ttlMs : resolveTtl(given.ttl);
  return { ttlMs, staleWhileRevalidateMs, staleIfErrorMs };
}

type Windows = Pick<LifetimeTerms, 'staleWhileRevalidateMs' | 'staleIfErrorMs'>;

/** How long beyond its `ttl` an entry is of use: as the call says, else as known before. */
export function windowsOf(
  { staleWhileRevalidateMs, staleIfErrorMs }: Windows,
  given: Pick<WriteOptions, 'staleWhileRevalidate' | 'staleIfError'> | undefined,
): Windows {
  const { staleWhileRevalidate, staleIfError } = given ?? {};
  return {
    staleWhileRevalidateMs:
      staleWhileRevalidate === undefined
        ? staleWhileRevalidateMs
        : resolveStale('staleWhileRevalidate', staleWhileRevalidate),
    staleIfErrorMs: staleIfError === undefined ? staleIfErrorMs : resolveStale('staleIfError', staleIfError),
  };
}
