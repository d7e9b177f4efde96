import type { CacheStats } from '@breakwater/cache';
import { quantileOf } from '@breakwater/core';
import type { HttpCacheStats, HttpOutcomes } from '@breakwater/http-cache';
import type { PoolStats } from '@breakwater/redis-pool';
import type { SessionStats } from '@breakwater/session';
import { cacheLookups, httpLookups } from './hit-rate.ts';
import type { Thresholds } from './options.ts';
import type { PartKind } from './parts.ts';
import type { Reading } from './reading.ts';

/** Something worth doing, found in the totals since the process started. */
export interface Recommendation {
  readonly code:
    | 'redis-away'
    | 'slow-redis'
    | 'low-hit-rate'
    | 'memory-nearly-full'
    | 'many-evictions'
    | 'leaking-responses'
    | 'under-keyed'
    | 'load-errors'
    | 'bus-flushes'
    | 'unreadable-frames'
    | 'unreadable-sessions';
  readonly part: PartKind;
  readonly name: string;
  /** The policy it is about, where it is about one. */
  readonly policy?: string;
  readonly finding: string;
  readonly action: string;
}

type Advice = Pick<Recommendation, 'code' | 'policy' | 'finding' | 'action'>;

/** What the numbers suggest, most urgent kind first; empty when there is nothing to do. */
export function recommend({ parts }: Reading, thresholds: Thresholds): Recommendation[] {
  return [
    ...parts.pool.flatMap(({ name, stats }) => at('pool', name, poolAdvice(stats, thresholds))),
    ...parts.cache.flatMap(({ name, stats }) => at('cache', name, cacheAdvice(stats, thresholds))),
    ...parts.httpCache.flatMap(({ name, stats }) => at('httpCache', name, httpAdvice(stats, thresholds))),
    ...parts.sessions.flatMap(({ name, stats }) => at('sessions', name, sessionAdvice(stats))),
  ];
}

function poolAdvice(stats: PoolStats, { redisP95Ms, minimumSamples }: Thresholds): Advice[] {
  const advice: Advice[] = [];
  if (stats.health === 'down') {
    advice.push({
      code: 'redis-away',
      finding: `Redis does not answer; ${stats.connectionErrors} connection errors so far.`,
      action: 'Bring Redis back, or correct its URL. The pool reconnects by itself.',
    });
  }
  const p95Ms = quantileOf(stats.latencyMs, 0.95);
  if (stats.latencyMs.count >= minimumSamples && p95Ms > redisP95Ms) {
    advice.push({
      code: 'slow-redis',
      finding: `Redis takes ${p95Ms.toFixed(1)} ms at the 95th percentile, more than ${redisP95Ms} ms.`,
      action: 'Look at SLOWLOG and at large values, and at the network between; more lanes help against large values.',
    });
  }
  return advice;
}

function cacheAdvice(stats: CacheStats, thresholds: Thresholds): Advice[] {
  return [
    ...Object.entries(stats.policies).flatMap(([policy, outcomes]) =>
      hitRateAdvice(
        policy,
        cacheLookups(outcomes),
        thresholds,
        'Give the policy a longer ttl if its data allows it, or look for keys that never repeat.',
      ),
    ),
    ...memoryAdvice(stats, thresholds),
    ...loadAdvice(stats),
    ...coherenceAdvice(stats),
  ];
}

function httpAdvice(stats: HttpCacheStats, thresholds: Thresholds): Advice[] {
  return Object.entries(stats.policies).flatMap(([policy, outcomes]) => [
    ...safetyAdvice(policy, outcomes, stats.quarantined.includes(policy)),
    ...hitRateAdvice(
      policy,
      httpLookups(outcomes),
      thresholds,
      'Look at what is not stored and why, at query parameters that do not change the answer, and at the ttl.',
    ),
  ]);
}

function safetyAdvice(policy: string, { leaks, underKeyed }: HttpOutcomes, isQuarantined: boolean): Advice[] {
  const advice: Advice[] = [];
  if (leaks > 0) {
    const handling = isQuarantined
      ? 'it is in quarantine until it is released'
      : 'it is stored and served all the same';
    advice.push({
      code: 'leaking-responses',
      policy,
      finding: `Strangers are answered otherwise than the policy ${policy} serves them, ${leaks} times so far; ${handling}.`,
      action: 'Put what its responses depend on into their key (vary, key), or do not cache it.',
    });
  }
  if (underKeyed > 0) {
    advice.push({
      code: 'under-keyed',
      policy,
      finding: `Handlers of the policy ${policy} read what the key of their response does not cover, ${underKeyed} times so far.`,
      action:
        'The event response:under-keyed names it: put it into vary or key, or into guard.ignore if nothing depends on it.',
    });
  }
  return advice;
}

function hitRateAdvice(
  policy: string,
  { hits, total }: { readonly hits: number; readonly total: number },
  { hitRate, minimumSamples }: Thresholds,
  action: string,
): Advice[] {
  if (total < minimumSamples || hits / total >= hitRate) return [];
  const finding = `${percent(hits / total)} of ${total} lookups of the policy ${policy} hit, fewer than ${percent(hitRate)}.`;
  return [{ code: 'low-hit-rate', policy, finding, action }];
}

function memoryAdvice({ memory, total }: CacheStats, thresholds: Thresholds): Advice[] {
  const advice: Advice[] = [];
  const used = memory.bytes / memory.maxBytes;
  if (used > thresholds.memoryUtilisation) {
    advice.push({
      code: 'memory-nearly-full',
      finding: `The memory tier holds ${percent(used)} of its bytes; what comes in pushes the least used out.`,
      action: "Raise the cache's memory.maxSize if the hit rate suffers.",
    });
  }
  const put = total.sets + total.loads + total.hitRedis;
  if (put >= thresholds.minimumSamples && memory.evictions / put > thresholds.evictionRate) {
    advice.push({
      code: 'many-evictions',
      finding: `${memory.evictions} of about ${put} entries put into memory were pushed out before their time.`,
      action: "Raise the cache's memory.maxSize or memory.maxEntries, or shorten the ttl of what is read once.",
    });
  }
  return advice;
}

function loadAdvice({ policies }: CacheStats): Advice[] {
  return Object.entries(policies)
    .filter(([, { loads, loadErrors }]) => loadErrors > 0 && loadErrors >= loads * LOAD_ERROR_SHARE)
    .map(([policy, { loads, loadErrors }]) => ({
      code: 'load-errors',
      policy,
      finding: `${loadErrors} of ${loads} loader runs of the policy ${policy} failed.`,
      action: 'Look at the source the loader reads: its errors reach the callers, nothing is stored.',
    }));
}

const LOAD_ERROR_SHARE = 0.05;

function coherenceAdvice({ bus, redis }: CacheStats): Advice[] {
  const advice: Advice[] = [];
  if (redis.state === 'down') {
    advice.push({
      code: 'redis-away',
      finding: `The cache runs on its memory tier alone; ${redis.errors} of its Redis calls failed so far.`,
      action: 'Bring Redis back. Until then every instance loads for itself, and invalidations stay local.',
    });
  }
  if (bus.flushes > 0) {
    advice.push({
      code: 'bus-flushes',
      finding: `Invalidations may have been missed, so the memory tier was dropped; times so far: ${bus.flushes}.`,
      action:
        'Expected after each Redis outage. Without outages, look at the network and at client-output-buffer-limit.',
    });
  }
  if (redis.unreadableFrames > 0) {
    advice.push({
      code: 'unreadable-frames',
      finding: `${redis.unreadableFrames} entries in Redis could not be read and counted as misses.`,
      action: 'Expected for a while after an upgrade. Otherwise something else writes under the same namespace.',
    });
  }
  return advice;
}

function sessionAdvice({ unreadable }: SessionStats): Advice[] {
  if (unreadable === 0) return [];
  return [
    {
      code: 'unreadable-sessions',
      finding: `${unreadable} session records could not be opened and were read as no session.`,
      action:
        'While a secret is being replaced, keep the old one behind the new; otherwise the records were altered or are not ours.',
    },
  ];
}

function at(part: PartKind, name: string, advice: readonly Advice[]): Recommendation[] {
  return advice.map((one) => ({ part, name, ...one }));
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
