import type { Emitter } from '@breakwater/core';
import type { HttpCacheEvents } from '../events.ts';
import type { ResolvedOptions } from '../options/options.ts';
import type { Policy } from '../options/route-policy.ts';
import type { Place } from '../stored/response-store.ts';
import { createKeyBudget, type KeyBudget, type KeyRefusal } from './key-budget.ts';

/** The budget of each policy, by its name. */
export interface KeyBudgets {
  /** {@link KeyBudget.refusal}, with an event when a budget is used up: once a lifetime of the policy's responses. */
  refusal(policy: Policy, policyName: string, place: BudgetedPlace): KeyRefusal | undefined;
  /** {@link KeyBudget.foresee} */
  foresee(policy: Policy, policyName: string, place: BudgetedPlace): KeyRefusal | undefined;
  spend(policy: Policy, policyName: string, key: string): void;
}

type BudgetedPlace = Pick<Place, 'key' | 'selected'>;

/** The application's own responses have each a lifetime of their own. */
const ORIGIN_LIFETIME_MS = 3_600_000;

interface PolicyBudget extends KeyBudget {
  readonly lifetimeMs: number;
  silentUntilMs: number;
}

export function createKeyBudgets(
  { clock, maxKeys }: Pick<ResolvedOptions, 'clock' | 'maxKeys'>,
  events: Emitter<HttpCacheEvents>,
): KeyBudgets {
  const budgets = new Map<string, PolicyBudget>();

  function budgetOf(policy: Policy, policyName: string): PolicyBudget {
    let budget = budgets.get(policyName);
    if (!budget) {
      const { minUses } = policy;
      const lifetimeMs = lifetimeMsOf(policy);
      budget = { ...createKeyBudget({ maxKeys, minUses, lifetimeMs }), lifetimeMs, silentUntilMs: 0 };
      budgets.set(policyName, budget);
    }
    return budget;
  }

  return {
    refusal(policy, policyName, { key, selected }) {
      // What is stored already, though stale, is no new key.
      if (selected) return undefined;
      const budget = budgetOf(policy, policyName);
      const nowMs = clock.now();
      const refusal = budget.refusal(key, nowMs);
      if (refusal === 'max-keys' && nowMs >= budget.silentUntilMs) {
        budget.silentUntilMs = nowMs + budget.lifetimeMs;
        events.emit('keys:over-budget', { policy: policyName, maxKeys });
      }
      return refusal;
    },
    foresee: (policy, policyName, { key, selected }) =>
      selected ? undefined : budgetOf(policy, policyName).foresee(key, clock.now()),
    spend: (policy, policyName, key) => budgetOf(policy, policyName).spend(key, clock.now()),
  };
}

function lifetimeMsOf({ storage }: Policy): number {
  if (storage.ttlMs === undefined) return ORIGIN_LIFETIME_MS;
  const { ttlMs, staleWhileRevalidateMs = 0, staleIfErrorMs = 0, statuses } = storage;
  return Math.max(ttlMs + Math.max(staleWhileRevalidateMs, staleIfErrorMs), ...statuses.values());
}
