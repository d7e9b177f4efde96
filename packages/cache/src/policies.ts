import { policyError } from './errors.ts';
import { createOutcomes, type Outcomes } from './outcomes.ts';
import { POLICY_DEFAULTS, type ResolvedPolicy, resolvePolicy } from './policy-options.ts';
import type { CacheOutcomes } from './stats.ts';

export interface Policy extends ResolvedPolicy {
  readonly outcomes: Outcomes;
}

/** The policies of a cache by name, each with its counters. */
export interface Policies {
  /** @throws CacheInputError `ERR_CACHE_POLICY`. */
  get(name: string): Policy;
  /** Adds one with the default values, unless there is one. */
  declare(name: string): void;
  outcomes(): Record<string, CacheOutcomes>;
}

export function createPolicies(resolved: Readonly<Record<string, ResolvedPolicy>>): Policies {
  const policies = new Map<string, Policy>();
  for (const [name, policy] of Object.entries(resolved)) policies.set(name, { ...policy, outcomes: createOutcomes() });
  return {
    get(name) {
      const policy = policies.get(name);
      if (!policy) throw policyError(name, policies.keys());
      return policy;
    },
    declare(name) {
      if (policies.has(name)) return;
      policies.set(name, { ...resolvePolicy(name, POLICY_DEFAULTS), outcomes: createOutcomes() });
    },
    outcomes: () => Object.fromEntries([...policies].map(([name, { outcomes }]) => [name, { ...outcomes }])),
  };
}
