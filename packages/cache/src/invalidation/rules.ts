import type { InvalidationEffect, InvalidationReport } from './invalidation.ts';

/** What a rule says is to end: a tag, tags, or more than tags. */
export type RuleOutcome = string | readonly string[] | RuleTargets;

/** Keys and patterns are those of the cache itself, not of its spaces; tags are of all. */
export interface RuleTargets {
  readonly tags?: readonly string[];
  readonly keys?: readonly string[];
  /** `*` and `?` are wild, every other character stands for itself. */
  readonly patterns?: readonly string[];
  /** @default 'invalidate' */
  readonly effect?: InvalidationEffect;
}

/** Gets an event's payload, and names what that leaves out of date. */
export type Rule<Event> = (event: Event) => RuleOutcome | Promise<RuleOutcome>;

/** Turns the events of an application into invalidations. Made by `cache.rules`. */
export interface Rules<Events extends object> {
  /** From now on every `event` ends what `rule` names; the returned function ends that. */
  on<Name extends keyof Events & string>(event: Name, rule: Rule<Events[Name]>): () => void;
  /**
   * Asks the event's rules and ends what they name, here and in every other instance, before it resolves. Anything may call
   * it: a message consumer, a webhook's route, a write path.
   *
   * @throws what a rule throws, after what the others name was ended; an `AggregateError` of several.
   */
  emit<Name extends keyof Events & string>(event: Name, payload: Events[Name]): Promise<EventReport>;
}

/** What all rules of an event have ended together. */
export interface EventReport extends InvalidationReport {
  /** Rules that were asked. 0: nobody listens to such an event. */
  readonly rules: number;
}
