import type { DoctorFacts, Examination, FactName } from './facts.ts';
import type { Finding, FindingCode, RedisUse } from './finding.ts';

/** One thing that may be wrong, judged by facts alone. */
export interface Rule {
  readonly code: FindingCode;
  /** The uses it matters to; absent where it matters to all. */
  readonly concerns?: RedisUse;
  apply(examination: Examination, uses: ReadonlySet<RedisUse>): Finding | undefined;
}

interface RuleDefinition<Needed extends FactName> {
  readonly code: FindingCode;
  readonly concerns?: RedisUse;
  /** What it is about, to go on after "It could not be checked whether …". */
  readonly question: string;
  readonly needs: readonly Needed[];
  judge(facts: Required<Pick<DoctorFacts, Needed>>, uses: ReadonlySet<RedisUse>): Omit<Finding, 'code'> | undefined;
}

/** A rule that is reported as unchecked where a fact it needs is absent. */
export function defineRule<Needed extends FactName>(definition: RuleDefinition<Needed>): Rule {
  const { code, concerns, question, needs, judge } = definition;
  return {
    code,
    ...(concerns && { concerns }),
    apply(examination, uses) {
      const missing = needs.find((name) => examination.facts[name] === undefined);
      if (missing !== undefined) {
        return {
          code,
          severity: 'unchecked',
          message: `It could not be checked whether ${question}: ${examination.because(missing)}`,
          fix: 'Allow the Redis user the command, or look it up where Redis is configured.',
        };
      }
      const verdict = judge(examination.facts as Required<Pick<DoctorFacts, Needed>>, uses);
      return verdict && { code, ...verdict };
    },
  };
}

/** What the rules say of a Redis that is put to these uses. */
export function diagnose(rules: readonly Rule[], examination: Examination, uses: ReadonlySet<RedisUse>): Finding[] {
  return rules
    .filter(({ concerns }) => concerns === undefined || uses.has(concerns))
    .map((rule) => rule.apply(examination, uses))
    .filter((finding) => finding !== undefined);
}
