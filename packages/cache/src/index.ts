export type {
  Cache,
  CacheEvents,
  CacheSpace,
  Codec,
  Entry,
  Found,
  InvalidationReport,
  InvalidationTarget,
  Loader,
  ReadOptions,
  Reservation,
  WriteOptions,
} from './cache.ts';
export { createCache } from './create-cache.ts';
export { type CacheInputCode, CacheInputError } from './errors.ts';
export type { FrameFault } from './frame.ts';
export type { CacheOptions, MemoryOptions, PolicyOptions } from './options.ts';
export type { CacheOutcomes, CacheStats } from './stats.ts';
