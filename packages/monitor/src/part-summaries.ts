import type { CacheOutcomes, CacheStats } from '@breakwater/cache';
import { type HistogramSnapshot, quantileOf } from '@breakwater/core';
import type { HttpCacheStats, HttpOutcomes } from '@breakwater/http-cache';
import type { PlanStats, RateLimitStats } from '@breakwater/rate-limit';
import type { PoolStats } from '@breakwater/redis-pool';
import type { SessionStats } from '@breakwater/session';
import { cacheLookups, httpLookups, pastHttpCache, type Rate, rateOf, sumOf } from './hit-rate.ts';

/** Milliseconds, interpolated inside the histogram's buckets; `null` without a sample. */
export interface LatencySummary {
  readonly count: number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

export interface PoolSummary extends Omit<PoolStats, 'latencyMs' | 'latencyByKindMs'> {
  readonly latencyMs: LatencySummary;
  readonly latencyByKindMs: { readonly [Kind in keyof PoolStats['latencyByKindMs']]: LatencySummary };
}

export interface CacheSummary extends Omit<CacheStats, 'total' | 'policies' | 'memory' | 'latencyMs'> {
  readonly hitRate: Rate;
  readonly policies: Readonly<Record<string, CacheOutcomes & { readonly hitRate: Rate }>>;
  readonly memory: CacheStats['memory'] & { readonly utilisation: number };
  readonly latencyMs: { readonly redis: LatencySummary; readonly load: LatencySummary };
}

export interface HttpCacheSummary extends Omit<HttpCacheStats, 'policies'> {
  readonly policies: Readonly<Record<string, HttpPolicySummary>>;
}

export interface HttpPolicySummary extends HttpOutcomes {
  readonly requests: number;
  /** Of the requests that looked into the cache. */
  readonly hitRate: Rate;
  /** Of all requests, those that went past the cache included: what the handlers were spared. */
  readonly offloadRate: Rate;
}

export interface LimiterSummary extends Omit<RateLimitStats, 'plans'> {
  readonly plans: Readonly<Record<string, PlanStats & { readonly deniedRate: Rate }>>;
}

export type SessionSummary = SessionStats & { readonly foundRate: Rate };

export function summarizePool(stats: PoolStats): PoolSummary {
  return {
    ...stats,
    latencyMs: summarizeLatency(stats.latencyMs),
    latencyByKindMs: mapRecord(stats.latencyByKindMs, summarizeLatency),
  };
}

export function summarizeCache(stats: CacheStats): CacheSummary {
  const { total, memory, redis, bus, writeBack, invalidations, reasons, latencyMs } = stats;
  return {
    hitRate: rate(cacheLookups(total)),
    policies: mapRecord(stats.policies, (outcomes) => ({ hitRate: rate(cacheLookups(outcomes)), ...outcomes })),
    // A cache may have no memory tier.
    memory: { ...memory, utilisation: memory.maxBytes === 0 ? 0 : memory.bytes / memory.maxBytes },
    redis,
    bus,
    writeBack,
    invalidations,
    reasons,
    latencyMs: { redis: summarizeLatency(latencyMs.redis), load: summarizeLatency(latencyMs.load) },
  };
}

export function summarizeHttpCache(stats: HttpCacheStats): HttpCacheSummary {
  return { ...stats, policies: mapRecord(stats.policies, summarizeHttpPolicy) };
}

export function summarizeLimiter(stats: RateLimitStats): LimiterSummary {
  return {
    ...stats,
    plans: mapRecord(stats.plans, ({ allowed, denied }) => ({
      allowed,
      denied,
      deniedRate: rateOf(denied, allowed + denied),
    })),
  };
}

export function summarizeSessions(stats: SessionStats): SessionSummary {
  return { ...stats, foundRate: rateOf(stats.found, stats.reads) };
}

function summarizeHttpPolicy(outcomes: HttpOutcomes): HttpPolicySummary {
  const { hits, total } = httpLookups(outcomes);
  const requests = total + sumOf(pastHttpCache(outcomes));
  return { requests, hitRate: rateOf(hits, total), offloadRate: rateOf(hits, requests), ...outcomes };
}

function summarizeLatency(snapshot: HistogramSnapshot): LatencySummary {
  const at = (quantile: number) => (snapshot.count > 0 ? quantileOf(snapshot, quantile) : null);
  return { count: snapshot.count, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

function rate({ hits, total }: { readonly hits: number; readonly total: number }): Rate {
  return rateOf(hits, total);
}

function mapRecord<Name extends string, Value, Result>(
  record: Readonly<Record<Name, Value>>,
  map: (value: Value) => Result,
): Record<Name, Result> {
  const entries = Object.entries<Value>(record).map(([name, value]) => [name, map(value)]);
  return Object.fromEntries(entries) as Record<Name, Result>;
}
