import { withDefaults } from '@breakwater/core';
import { checks } from '../errors.ts';
import { checkTags } from '../input.ts';
import { createDependencies, type Dependencies } from '../targets/dependencies.ts';

/** What ends together with a tag, and how many invalidations are remembered. */
export interface InvalidationOptions {
  /**
   * Tags that depend on a tag: whatever ends the one ends the others too, and those that depend on them. Circles are
   * allowed.
   * @default {}
   */
  readonly dependencies?: Readonly<Record<string, readonly string[]>>;
  /**
   * How many of the last invalidations `audit()` gives.
   * @default 100
   */
  readonly auditSize?: number;
}

export const INVALIDATION_DEFAULTS = Object.freeze({
  dependencies: {},
  auditSize: 100,
}) satisfies InvalidationOptions;

export interface ResolvedInvalidation {
  readonly dependencies: Dependencies;
  readonly auditSize: number;
}

/** @throws OptionError `ERR_CACHE_OPTION`, CacheInputError `ERR_CACHE_TAG`. */
export function resolveInvalidation(given: InvalidationOptions): ResolvedInvalidation {
  checks.known('invalidation', given, Object.keys(INVALIDATION_DEFAULTS));
  const options = withDefaults<InvalidationOptions, typeof INVALIDATION_DEFAULTS>(given, INVALIDATION_DEFAULTS);
  const { dependencies } = options;
  if (dependencies === null || typeof dependencies !== 'object' || Array.isArray(dependencies)) {
    throw checks.failure('invalidation.dependencies', 'an object of lists of tags by tag', dependencies);
  }
  for (const [source, dependents] of Object.entries(dependencies)) checkTags([source, ...checkTags(dependents)]);
  return {
    dependencies: createDependencies(dependencies),
    auditSize: checks.integer('invalidation.auditSize', options.auditSize, { min: 0, max: 100_000 }),
  };
}
