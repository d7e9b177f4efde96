/** A copy of the limiter's counters, by plan name. */
export interface RateLimitStats {
  readonly plans: Readonly<Record<string, PlanStats>>;
  /** Where the windows are counted now. `local`: Redis is configured but away, and the outage policy says so. */
  readonly tier: 'redis' | 'memory' | 'local';
  /** Redis calls that failed; the outage policy then decided. */
  readonly redisErrors: number;
  /** Keys held by the memory window and by the local gate. */
  readonly memoryKeys: number;
}

export interface PlanStats {
  readonly allowed: number;
  readonly denied: number;
}
