import type { Engine } from '../engine.ts';
import type { LifetimeTerms } from '../entries/freshness.ts';
import { subjectError } from '../errors.ts';
import { subjectTagOf } from '../generations/subject-tag.ts';
import { checkTags } from '../input.ts';
import { checkCallOptions, type WriteOptions } from './call-options.ts';
import type { ResolvedLoadPolicy } from './load-options.ts';
import { type ResolvedPolicy, resolveTtl } from './policy-options.ts';
import { windowsOf } from './times.ts';
import { ttlMsAt } from './ttl.ts';

/** What an entry is written on, as its call and its policy say: its times, its tags, and how its loader is run. */
export interface WriteTerms extends LifetimeTerms {
  readonly tags: readonly string[];
  readonly jitter: number;
  readonly load: ResolvedLoadPolicy;
}

/**
 * The terms that all entries of a call are written on: what the call says, and its policy where the call says nothing.
 *
 * @throws OptionError `ERR_CACHE_OPTION`, CacheInputError `ERR_CACHE_TAG`.
 */
export function sharedTermsOf(nowMs: number, policy: ResolvedPolicy, options: WriteOptions | undefined): WriteTerms {
  checkCallOptions(options);
  const { staleWhileRevalidateMs, staleIfErrorMs } = windowsOf(policy, options);
  return {
    ttlMs: options?.ttl === undefined ? ttlMsAt(policy.ttlMs, nowMs) : resolveTtl(options.ttl),
    staleWhileRevalidateMs,
    staleIfErrorMs,
    jitter: policy.jitter,
    load: policy.load,
    tags: options?.tags === undefined ? policy.tags : tagsBeside(policy.tags, options.tags),
  };
}

function tagsBeside(known: readonly string[], given: readonly string[]): readonly string[] {
  const checked = checkTags(given);
  return known.length === 0 ? checked : checkTags([...known, ...checked]);
}

/**
 * Those of one of its entries, with the tag of its subject, which may depend on the key.
 *
 * @throws CacheInputError `ERR_CACHE_SUBJECT`.
 */
export function withSubject(
  { redis, encryption }: Engine,
  key: string,
  terms: WriteTerms,
  policy: ResolvedPolicy,
  options: WriteOptions | undefined,
): WriteTerms {
  const subject = options?.subject === undefined ? policy.subject?.(key) : options.subject;
  if (subject === undefined) return terms;
  const tag = subjectTagOf(subject);
  if (redis && !encryption) throw subjectError('absent without encryption.keys', subject);
  return { ...terms, tags: [...terms.tags, tag] };
}
