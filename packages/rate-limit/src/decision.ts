import type { Plan } from './plan.ts';

/** What was decided about one request. */
export type Decision =
  | Counted<'allowed'>
  | Counted<'denied'>
  | Uncounted<'uncounted'>
  | Uncounted<'unavailable'>
  | Skipped;

interface Counted<Outcome extends 'allowed' | 'denied'> {
  readonly outcome: Outcome;
  readonly plan: Plan;
  readonly remaining: number;
  /** Allowed: milliseconds until `remaining` grows. Denied: until the same request would be allowed. */
  readonly freesInMs: number;
}

/** Redis is away, and the outage policy is `allow` (`uncounted`) or `deny` (`unavailable`). */
interface Uncounted<Outcome extends 'uncounted' | 'unavailable'> {
  readonly outcome: Outcome;
  readonly plan: Plan;
}

/** `skip` said so, or another mount of this limiter has counted the request. */
interface Skipped {
  readonly outcome: 'skipped';
}
