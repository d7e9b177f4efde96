export { NotMountedError } from './errors.ts';
export type { HttpCacheEvents } from './events.ts';
export { createHttpCache, type HttpCache } from './http-cache.ts';
export type { HttpCacheOptions, RoutePolicyOptions } from './options.ts';
export type { OriginOptions } from './origin-options.ts';
export type { PurgeTarget } from './purge.ts';
export type { BypassReason, NotStoredReason } from './reasons.ts';
export { isRefresh } from './refresh.ts';
export type { HttpCacheStats, HttpOutcomes } from './stats.ts';
