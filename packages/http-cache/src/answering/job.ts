import type { PolicyCounters } from '../counters.ts';
import type { Exchange } from '../exchange.ts';
import type { Shared } from '../filling/intake.ts';
import type { Place, Selected } from '../stored/place.ts';
import type { Decision, Question } from './decisions.ts';
import type { Flight } from './flights.ts';

/** A question that is to be answered. */
export interface Job extends Question {
  readonly exchange: Exchange;
  readonly policyName: string;
  readonly counters: PolicyCounters;
}

/** What is done with a request. */
export type Course =
  | Decision
  /** Stale, in place of an answer that failed or is overdue. */
  | { readonly kind: 'stand-in'; readonly selected: Selected }
  | { readonly kind: 'fill'; readonly place: Place; readonly flight: Flight<Shared> };
