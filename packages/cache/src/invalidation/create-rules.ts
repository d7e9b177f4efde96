import { checks } from '../errors.ts';
import { checkKey, checkPattern, checkTag } from '../input.ts';
import { eachOnce, type Invalidations } from '../targets/target.ts';
import type { Invalidator } from './invalidate.ts';
import type { InvalidationEffect, InvalidationReport } from './invalidation.ts';
import type { Rule, RuleOutcome, Rules, RuleTargets } from './rules.ts';

const NOTHING_TOUCHED: InvalidationReport = Object.freeze({
  memoryEntries: 0,
  redisKeys: 0,
  tags: [],
  unknownTags: [],
  shared: false,
  isComplete: true,
});

export function createRules<Events extends object>(invalidator: Invalidator): Rules<Events> {
  const rules = new Map<string, Set<{ readonly rule: Rule<never> }>>();

  function end(
    event: string,
    effect: InvalidationEffect,
    named: readonly NamedByRule[],
  ): Promise<InvalidationReport>[] {
    const own = named.filter((one) => one.effect === effect);
    if (own.length === 0) return [];
    const wanted: Invalidations = {
      keys: own.flatMap(({ keys }) => keys.map((key) => ['', key] as const)),
      tags: [...new Set(own.flatMap(({ tags }) => tags))],
      patterns: own.flatMap(({ patterns }) => patterns.map((pattern) => ['', pattern] as const)),
    };
    return [invalidator.run({ by: 'event', event, effect, reason: 'dataChanged', wanted, budgetMs: undefined })];
  }

  return {
    on(event, rule) {
      checks.callable('rule', rule);
      const listed = { rule };
      const named = rules.get(event) ?? new Set();
      rules.set(event, named.add(listed));
      return () => void named.delete(listed);
    },

    async emit(event, payload) {
      const asked = [...(rules.get(event) ?? [])];
      const answers = await Promise.allSettled(
        asked.map(async ({ rule }) => namedBy(await (rule as Rule<typeof payload>)(payload))),
      );
      const named = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
      const reports = await Promise.all([...end(event, 'expire', named), ...end(event, 'invalidate', named)]);
      const errors: unknown[] = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
      if (errors.length > 1) throw new AggregateError(errors, `${errors.length} rules of ${event} failed.`);
      if (errors.length > 0) throw errors[0];
      return { ...reports.reduce(sum, reports.pop() ?? NOTHING_TOUCHED), rules: asked.length };
    },
  };
}

interface NamedByRule {
  readonly effect: InvalidationEffect;
  readonly keys: readonly string[];
  readonly tags: readonly string[];
  readonly patterns: readonly string[];
}

/** @throws CacheInputError, OptionError: what a rule returns is input like any other. */
function namedBy(outcome: RuleOutcome): NamedByRule {
  const isTags = typeof outcome === 'string' || Array.isArray(outcome);
  const targets: RuleTargets = isTags ? { tags: eachOnce(outcome, checkTag) } : (outcome as RuleTargets);
  checks.known('what a rule returns', targets, ['tags', 'keys', 'patterns', 'effect']);
  const { tags = [], keys = [], patterns = [], effect = 'invalidate' } = targets;
  return {
    effect: checks.oneOf('effect', effect, ['invalidate', 'expire']),
    keys: eachOnce(keys, checkKey),
    tags: eachOnce(tags, checkTag),
    patterns: eachOnce(patterns, checkPattern),
  };
}

function sum(one: InvalidationReport, other: InvalidationReport): InvalidationReport {
  return {
    memoryEntries: one.memoryEntries + other.memoryEntries,
    redisKeys: one.redisKeys + other.redisKeys,
    tags: [...new Set([...one.tags, ...other.tags])],
    unknownTags: [...new Set([...one.unknownTags, ...other.unknownTags])],
    shared: one.shared && other.shared,
    isComplete: one.isComplete && other.isComplete,
  };
}
