export type { BusOptions } from './bus-options.ts';
export type { Cache, CacheSpace, Codec } from './cache.ts';
export type { CacheEvents } from './cache-events.ts';
export { type CachedOptions, cached } from './cached.ts';
export type {
  CacheMode,
  Found,
  LoadCallOptions,
  LoadMode,
  ReadOptions,
  Sourced,
  WrapOptions,
  WriteOptions,
} from './call-options.ts';
export type { CompressionAlgorithm, CompressionOptions } from './compression.ts';
export { createCache } from './create-cache.ts';
export {
  type DefineKeysOptions,
  defineKeys,
  type KeyBuilder,
  type KeyParts,
  type KeyPartValues,
} from './define-keys.ts';
export type { EncryptionKey, EncryptionOptions } from './encryption-options.ts';
export type { Entry } from './entry.ts';
export { type CacheInputCode, CacheInputError, LoadTimeoutError } from './errors.ts';
export type { Filling, FillOptions, Reservation } from './filling.ts';
export type { FrameFault } from './frame.ts';
export type {
  CacheInspection,
  DryRunOptions,
  DryRunReport,
  Extent,
  HotKey,
  KeyPage,
  KeysOptions,
  TagDescription,
} from './inspection.ts';
export type {
  AuditRecord,
  InvalidatedBy,
  InvalidateOptions,
  InvalidationEffect,
  InvalidationReason,
  InvalidationReport,
  InvalidationTarget,
} from './invalidation.ts';
export type { InvalidationOptions } from './invalidation-options.ts';
export type { LoadPolicyOptions } from './load-options.ts';
export type { LoadTrace } from './load-tracing.ts';
export type { BatchContext, BatchLoader, LoadContext, Loader } from './loader.ts';
export { type MarketHoursOptions, marketHours, type TradingSession, type Weekday } from './market-hours.ts';
export type { MemoryPolicyOptions } from './memory-policy.ts';
export type { CacheOptions, MemoryOptions } from './options.ts';
export type { PolicyOptions } from './policy-options.ts';
export type { Acknowledgement } from './questions.ts';
export type { QuotasOptions } from './quota-options.ts';
export type { QuotaPeriod } from './quota-period.ts';
export { createQuotas, type QuotaStats, type Quotas, type QuotaUsage } from './quotas.ts';
export type { RedisPolicyOptions } from './redis-policy.ts';
export type { EventReport, Rule, RuleOutcome, Rules, RuleTargets } from './rules.ts';
export type { SchemaResult, StandardSchema } from './schema.ts';
export type { Source } from './source.ts';
export type { CacheOutcomes, CacheStats, WriteBackStats } from './stats.ts';
export { tagPath, tagsBelow } from './tag-path.ts';
export type { TtlPreset, TtlSchedule } from './ttl.ts';
export type { WriteBackOptions, WriteStrategy } from './write-options.ts';
