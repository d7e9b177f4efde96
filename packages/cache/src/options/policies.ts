import { policyError } from '../errors.ts';
import { type Budget, createBudget } from '../memory/bounded-map.ts';
import { createOutcomes, type Outcomes } from '../outcomes.ts';
import type { CacheOutcomes } from '../stats.ts';
import type { ResolvedMemoryPolicy } from './memory-policy.ts';
import { POLICY_DEFAULTS, type ResolvedPolicy, resolvePolicy } from './policy-options.ts';

export interface Policy extends ResolvedPolicy {
  readonly memory: PolicyMemory;
  readonly outcomes: Outcomes;
}

/** How a policy's entries lie in memory. */
export interface PolicyMemory extends ResolvedMemoryPolicy {
  readonly policy: string;
  /** Its share of memory, where it has one. */
  readonly budget: Budget | undefined;
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
  for (const [name, policy] of Object.entries(resolved)) policies.set(name, createPolicy(name, policy));
  return {
    get(name) {
      const policy = policies.get(name);
      if (!policy) throw policyError(name, policies.keys());
      return policy;
    },
    declare(name) {
      if (policies.has(name)) return;
      policies.set(name, createPolicy(name, resolvePolicy(name, POLICY_DEFAULTS)));
    },
    outcomes: () => Object.fromEntries([...policies].map(([name, { outcomes }]) => [name, { ...outcomes }])),
  };
}

function createPolicy(name: string, resolved: ResolvedPolicy): Policy {
  const { memory } = resolved;
  const budget = memory.maxBytes === undefined ? undefined : createBudget(memory.maxBytes);
  return { ...resolved, memory: { ...memory, policy: name, budget }, outcomes: createOutcomes() };
}
