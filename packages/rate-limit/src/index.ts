export type { Decision } from './decision.ts';
export type { RateLimitEvents } from './events.ts';
export type { MemoryOptions, OutagePolicy, RateLimiterOptions } from './options.ts';
export type { Plan, PlanOptions, Rate, RateUnit } from './plan.ts';
export { createRateLimiter, type RateLimiter } from './rate-limiter.ts';
export type { PlanStats, RateLimitStats } from './stats.ts';
