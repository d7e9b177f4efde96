import type { CacheOutcomes, CacheStats } from '@breakwater/cache';
import { createHistogram, type HistogramSnapshot } from '@breakwater/core';
import type { HttpCacheStats, HttpOutcomes } from '@breakwater/http-cache';
import type { RateLimitStats } from '@breakwater/rate-limit';
import type { PoolStats } from '@breakwater/redis-pool';
import type { SessionStats } from '@breakwater/session';
import type { StatsByKind } from '../src/parts.ts';
import { type Reading, readParts } from '../src/reading.ts';

/** Stats as the packages give them: plain data, every number different, so that a mix-up shows. */
export function latency(...valuesMs: number[]): HistogramSnapshot {
  const histogram = createHistogram();
  for (const value of valuesMs) histogram.record(value);
  return histogram.snapshot();
}

export function poolStats(changes: Partial<PoolStats> = {}): PoolStats {
  return {
    health: 'up',
    circuit: 'closed',
    lanes: { total: 4, ready: 3 },
    inFlight: 2,
    waiting: 0,
    connections: 5,
    connectionErrors: 6,
    commands: 30,
    outageFailures: 9,
    deadlineFailures: 4,
    rejections: 7,
    overloads: 8,
    retries: 12,
    replyErrors: 1,
    circuitOpenings: 3,
    probes: 8,
    subscribers: 1,
    blocking: 0,
    latencyMs: latency(0.04, 0.3, 0.3, 4, 30, 9000),
    latencyByKindMs: {
      read: latency(0.04, 0.3, 0.3),
      write: latency(4),
      script: latency(30, 9000),
      pubsub: latency(),
      admin: latency(),
      other: latency(),
    },
    recentLatencyMs: 0.6,
    inspection: {
      at: 1_700_000_000_000,
      redis: { usedMemoryBytes: 700, maxMemoryBytes: 2000, evictedKeys: 21, connectedClients: 22 },
      clock: { offsetMs: -250, roundTripMs: 2 },
      refusals: {},
    },
    ...changes,
  };
}

export function cacheOutcomes(changes: Partial<CacheOutcomes> = {}): CacheOutcomes {
  return {
    hitMemory: 700,
    hitRedis: 200,
    miss: 100,
    bypass: 48,
    stale: 26,
    refreshes: 27,
    coalesced: 11,
    loads: 99,
    loadErrors: 3,
    sets: 41,
    fenced: 2,
    tooLarge: 66,
    leasesTaken: 5,
    leasesAwaited: 3,
    leasesTimedOut: 1,
    ...changes,
  };
}

export function cacheStats(changes: Partial<CacheStats> = {}): CacheStats {
  return {
    total: cacheOutcomes(),
    policies: { default: cacheOutcomes() },
    memory: { entries: 60, bytes: 500, maxBytes: 1000, maxEntries: 80, evictions: 13, expiries: 15 },
    redis: { state: 'up', errors: 14, unreadableFrames: 0 },
    bus: { connected: true, published: 16, received: 17, instances: 2, replays: 71, flushes: 0, lagMs: 0.4 },
    writeBack: { buffered: 61, bytes: 62, flushed: 63, overflowed: 64, dropped: 65 },
    invalidations: { key: 18, tag: 19, pattern: 20, all: 24, subject: 70, event: 25 },
    reasons: { manual: 66, dataChanged: 67, errorThreshold: 68, pattern: 69 },
    latencyMs: { redis: latency(0.2, 0.7), load: latency(12, 48) },
    ...changes,
  };
}

export function httpOutcomes(changes: Partial<HttpOutcomes> = {}): HttpOutcomes {
  return {
    hitMemory: 800,
    hitRedis: 60,
    coalesced: 40,
    stored: 70,
    notStored: { 'no-store': 19, 'set-cookie': 8, 'max-keys': 2, variants: 1 },
    bypass: { method: 290, authorization: 194, path: 10, query: 4, authority: 2 },
    notModified: 21,
    stale: 5,
    staleIfError: 2,
    revalidated: 9,
    fleetFills: 45,
    filledElsewhere: 37,
    shadows: 78,
    shadowsFailed: 79,
    leaks: 0,
    underKeyed: 0,
    ...changes,
  };
}

export function httpCacheStats(changes: Partial<HttpCacheStats> = {}): HttpCacheStats {
  return {
    policies: { price: httpOutcomes() },
    quarantined: [],
    purges: { url: 81, prefix: 82, tag: 83, route: 84, host: 85, all: 86 },
    ...changes,
  };
}

export function limiterStats(changes: Partial<RateLimitStats> = {}): RateLimitStats {
  return {
    plans: { anonymous: { allowed: 31, denied: 32 }, premium: { allowed: 33, denied: 0 } },
    tier: 'redis',
    redisErrors: 34,
    memoryKeys: 35,
    ...changes,
  };
}

export function sessionStats(changes: Partial<SessionStats> = {}): SessionStats {
  return {
    tier: 'redis',
    reads: 51,
    found: 44,
    writes: 53,
    touches: 54,
    destroyed: 55,
    unreadable: 0,
    redisErrors: 57,
    ...changes,
  };
}

/** One part of every kind, healthy and with nothing to recommend. */
export function allParts() {
  return {
    pool: { stats: () => poolStats() },
    cache: { stats: () => cacheStats() },
    httpCache: { stats: () => httpCacheStats() },
    limiter: { stats: () => limiterStats() },
    sessions: { stats: () => sessionStats() },
  };
}

/** A reading of one part of each given kind, called `default`. */
export function readingOf(stats: Partial<StatsByKind>): Reading {
  const source = <Stats>(value: Stats | undefined) =>
    new Map(value === undefined ? [] : [['default', { stats: () => value }]]);
  return readParts({
    pool: source(stats.pool),
    cache: source(stats.cache),
    httpCache: source(stats.httpCache),
    limiter: source(stats.limiter),
    sessions: source(stats.sessions),
  });
}
