import type { Announcement } from '../bus/announcement.ts';
import { targetError } from '../errors.ts';
import { NAMESPACE_TAG } from '../generations/generations.ts';
import { checkKey, checkPattern, checkTag } from '../input.ts';

/** What an invalidation is to end: exactly one of the four. */
export type InvalidationTarget =
  | { readonly key: string | readonly string[] }
  | { readonly tag: string | readonly string[] }
  /** `*` and `?` are wild, every other character stands for itself. */
  | { readonly pattern: string }
  /** Everything in the namespace, spaces included: one command, however many entries. */
  | { readonly all: true };

/** What is named: keys and patterns with their space, tags of the whole cache. `all` is the namespace's own tag. */
export type Invalidations = Pick<Announcement, 'keys' | 'tags' | 'patterns'>;

const KINDS = Object.freeze(['key', 'tag', 'pattern', 'all'] as const);

export type TargetKind = (typeof KINDS)[number];

/** What a target names, checked. */
export interface CheckedTarget {
  readonly by: TargetKind;
  readonly wanted: Invalidations;
}

const NOTHING: Invalidations = Object.freeze({ keys: [], tags: [], patterns: [] });

/** @throws CacheInputError of the part that is wrong; an unknown shape must never be an invalidation of nothing. */
export function checkTarget(space: string, target: InvalidationTarget): CheckedTarget {
  const given: Partial<Record<TargetKind, unknown>> = target ?? {};
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
