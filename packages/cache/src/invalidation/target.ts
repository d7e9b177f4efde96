import { targetError } from '../errors.ts';
import { NAMESPACE_TAG } from '../generations/generations.ts';
import { checkKey, checkPattern, checkTag } from '../input.ts';
import type { InvalidatedBy, InvalidationTarget } from './invalidation.ts';
import type { Invalidations } from './outbox.ts';

/** What a target names, checked. */
export interface CheckedTarget {
  readonly by: InvalidatedBy;
  readonly wanted: Invalidations;
}

const NOTHING: Invalidations = Object.freeze({ keys: [], tags: [], patterns: [] });
const KINDS = ['key', 'tag', 'pattern', 'all'] as const;

/** @throws CacheInputError of the part that is wrong; an unknown shape must never be an invalidation of nothing. */
export function checkTarget(space: string, target: InvalidationTarget): CheckedTarget {
  const given: Partial<Record<(typeof KINDS)[number], unknown>> = target ?? {};
  const [by, ...others] = KINDS.filter((kind) => given[kind] !== undefined);
  if (by === undefined || others.length > 0) throw targetError(target);
  switch (by) {
    case 'key':
      return { by, wanted: { ...NOTHING, keys: eachOnce(given.key, checkKey).map((key) => [space, key] as const) } };
    case 'tag':
      return { by, wanted: { ...NOTHING, tags: eachOnce(given.tag, checkTag) } };
    case 'pattern':
      checkPattern(given.pattern);
      return { by, wanted: { ...NOTHING, patterns: [[space, given.pattern]] } };
    case 'all':
      if (given.all !== true) throw targetError(target);
      return { by, wanted: { ...NOTHING, tags: [NAMESPACE_TAG] } };
  }
}

/** @returns what is given, alone or in an array, each once. */
export function eachOnce(given: unknown, check: (one: unknown) => asserts one is string): string[] {
  const all: unknown[] = Array.isArray(given) ? [...new Set(given)] : [given];
  return all.map((one) => {
    check(one);
    return one;
  });
}
