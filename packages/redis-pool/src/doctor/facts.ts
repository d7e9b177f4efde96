import type { ClockReading } from '../inspection.ts';
import type { RedisFacts } from '../redis-facts.ts';

/** Everything the rules judge by. Absent is what could not be learned; {@link Examination} says why. */
export interface DoctorFacts extends RedisFacts {
  readonly isClusterClient?: boolean;
  readonly clock?: ClockReading;
  readonly persistence?: 'append-only' | 'snapshots' | 'none';
  readonly scripts?: Permission;
  readonly keys?: Permission;
  readonly channels?: Permission;
}

/** A refusal is in Redis's words. `unasked` where nobody said which keys. */
export type Permission = 'allowed' | 'unasked' | { readonly refusal: string };

export type FactName = keyof DoctorFacts;

export interface Examination {
  readonly facts: DoctorFacts;
  /** Why a fact is absent. */
  because(fact: FactName): string;
}
