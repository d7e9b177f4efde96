import type { Emitter } from '@breakwater/core';
import type { HttpCacheEvents } from '../events.ts';
import type { ResolvedOptions } from '../options/options.ts';
import type { Policy } from '../options/route-policy.ts';
import { isFull } from '../rules/variants.ts';
import type { Place } from '../stored/place.ts';
import { createKeyBudget, type KeyBudget, type KeyRefusal } from './key-budget.ts';

/** The budget of each policy, by its name. */
export interface KeyBudgets {
  /**
   * {@link KeyBudget.refusal}, with an event when a budget is used up: once a lifetime of the policy's responses. Also that
   * the URL has all the variants it may have.
   */
  refusal(policy: Policy, policyName: string, place: BudgetedPlace): PlaceRefusal | undefined;
  /** {@link KeyBudget.foresee} */
  foresee(policy: Policy, policyName: string, place: BudgetedPlace): PlaceRefusal | undefined;
  spend(policy: Policy, policyName: string, key: string): void;
}

type BudgetedPlace = Pick<Place, 'base' | 'key' | 'record' | 'selected'>;

export type PlaceRefusal = KeyRefusal | 'variants';

/** The application's own responses have each a lifetime of their own. */
const ORIGIN_LIFETIME_MS = 3_600_000;

interface PolicyBudget extends KeyBudget {
  readonly lifetimeMs: number;
  silentUntilMs: number;
}

export function createKeyBudgets(
  { clock, maxKeys, maxVariants }: Pick<ResolvedOptions, 'clock' | 'maxKeys' | 'maxVariants'>,
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

  function isOneTooMany({ base, key, record }: BudgetedPlace): boolean {
    return record !== undefined && isFull({ base, key, record }, clock.now(), maxVariants);
  }

  return {
    refusal(policy, policyName, place) {
      // What is stored already, though stale, is no new key.
      if (place.selected) return undefined;
      if (isOneTooMany(place)) return 'variants';
      const budget = budgetOf(policy, policyName);
      const nowMs = clock.now();
      const refusal = budget.refusal(place.key, nowMs);
      if (refusal === 'max-keys' && nowMs >= budget.silentUntilMs) {
        budget.silentUntilMs = nowMs + budget.lifetimeMs;
        events.emit('keys:over-budget', { policy: policyName, maxKeys });
      }
      return refusal;
    },
    foresee(policy, policyName, place) {
      if (place.selected) return undefined;
      return isOneTooMany(place) ? 'variants' : budgetOf(policy, policyName).foresee(place.key, clock.now());
    },
    spend: (policy, policyName, key) => budgetOf(policy, policyName).spend(key, clock.now()),
  };
}

function lifetimeMsOf({ storage }: Policy): number {
  if (storage.ttlMs === undefined) return ORIGIN_LIFETIME_MS;
  const { ttlMs, staleWhileRevalidateMs = 0, staleIfErrorMs = 0, statuses } = storage;
  return Math.max(ttlMs + Math.max(staleWhileRevalidateMs, staleIfErrorMs), ...statuses.values());
}
