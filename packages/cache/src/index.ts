export type { Acknowledgement } from './bus/questions.ts';
export type { Cache, CacheSpace, SpaceAtOnce } from './cache.ts';
export type { CacheEvents } from './cache-events.ts';
export { type CachedOptions, cached } from './cached.ts';
export type { Codec } from './codecs/codec.ts';
export type { CompressionAlgorithm, CompressionOptions } from './codecs/compression.ts';
export { createCache } from './create-cache.ts';
export type { Entry } from './entries/entry.ts';
export type { FrameFault } from './entries/frame.ts';
export type { SchemaResult, StandardSchema } from './entries/schema.ts';
export { type CacheInputCode, CacheInputError, CircularLoadError, LoadTimeoutError } from './errors.ts';
export type {
  CacheInspection,
  DryRunOptions,
  DryRunReport,
  EntryInspection,
  Extent,
  HotKey,
  KeyPage,
  KeysOptions,
  TagDescription,
} from './inspection/inspection.ts';
export type {
  AuditRecord,
  InvalidatedBy,
  InvalidateOptions,
  InvalidationEffect,
  InvalidationReason,
  InvalidationReport,
} from './invalidation/invalidation.ts';
export type { EventReport, Rule, RuleOutcome, Rules, RuleTargets } from './invalidation/rules.ts';
export { tagPath, tagsBelow } from './invalidation/tag-path.ts';
export {
  type DefineKeysOptions,
  defineKeys,
  type KeyBuilder,
  type KeyParts,
  type KeyPartValues,
} from './keys/define-keys.ts';
export type { Filling, FillingRight, Reservation } from './loading/filling.ts';
export type { LoadTrace } from './loading/load-tracing.ts';
export type { BatchContext, BatchLoader, LoadContext, Loader } from './loading/loader.ts';
export type { BusOptions } from './options/bus-options.ts';
export type {
  CacheMode,
  CommitOptions,
  FillOptions,
  Found,
  LoadCallOptions,
  LoadMode,
  ReadOptions,
  Sourced,
  WrapOptions,
  WriteOptions,
} from './options/call-options.ts';
export type { EncryptionKey, EncryptionOptions } from './options/encryption-options.ts';
export type { InvalidationOptions } from './options/invalidation-options.ts';
export type { LoadPolicyOptions } from './options/load-options.ts';
export type { MemoryPolicyOptions } from './options/memory-policy.ts';
export type { CacheOptions, MemoryOptions } from './options/options.ts';
export type { PolicyOptions } from './options/policy-options.ts';
export type { RedisPolicyOptions } from './options/redis-policy.ts';
export type { Source } from './options/source.ts';
export type { SpaceOptions } from './options/space-options.ts';
export type { TtlPreset, TtlSchedule } from './options/ttl.ts';
export type { WriteBackOptions, WriteStrategy } from './options/write-options.ts';
export type { QuotasOptions } from './quotas/quota-options.ts';
export type { QuotaPeriod } from './quotas/quota-period.ts';
export { createQuotas, type QuotaStats, type Quotas, type QuotaUsage } from './quotas/quotas.ts';
export { type MarketHoursOptions, marketHours, type TradingSession, type Weekday } from './schedules/market-hours.ts';
export type { CacheOutcomes, CacheStats, WriteBackStats } from './stats.ts';
export type { InvalidationTarget } from './targets/target.ts';
