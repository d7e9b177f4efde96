import { checks } from '../errors.ts';
import { subjectTagOf } from '../generations/subject-tag.ts';
import { checkTarget, type InvalidationTarget } from '../targets/target.ts';
import type { Invalidation } from './invalidate.ts';
import type { InvalidateOptions, InvalidationEffect, InvalidationReason } from './invalidation.ts';
import { intervalMsOf } from './pace.ts';

const REASONS: readonly InvalidationReason[] = ['manual', 'dataChanged', 'errorThreshold', 'pattern'];

/**
 * A call of `invalidate` or `expire`, checked.
 *
 * @throws CacheInputError of the target's part that is wrong, OptionError `ERR_CACHE_OPTION`.
 */
export function checkInvalidation(
  space: string,
  effect: InvalidationEffect,
  target: InvalidationTarget,
  options: InvalidateOptions = {},
): Invalidation {
  const { by, wanted } = checkTarget(space, target);
  checks.known('options', options, ['reason', 'budget', 'pace', 'signal']);
  const { reason = by === 'pattern' ? 'pattern' : 'manual', budget, pace, signal } = options;
  if (pace !== undefined && (by === 'key' || budget !== undefined)) {
    throw checks.failure('pace', "absent for a target by key, and with a 'budget'", pace);
  }
  if (signal !== undefined && (pace === undefined || !(signal instanceof AbortSignal))) {
    throw checks.failure('signal', "an AbortSignal, together with a 'pace'", signal);
  }
  return {
    by,
    effect,
    wanted,
    reason: checks.oneOf('reason', reason, REASONS),
    budgetMs: budget === undefined ? undefined : checks.duration('budget', budget, { min: 0 }),
    pacing: pace === undefined ? undefined : { intervalMs: intervalMsOf(pace), signal },
  };
}

/** A call of `forget`, checked. */
export function forgetInvalidation(subject: string): Invalidation {
  const wanted = { keys: [], tags: [subjectTagOf(subject)], patterns: [] };
  return { by: 'subject', effect: 'invalidate', wanted, reason: 'manual', budgetMs: undefined };
}
