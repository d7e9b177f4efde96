import { createEmitter, type Subscribable } from '@breakwater/core';
import { createKeySpace, type OutageEvents, runScript } from '@breakwater/core/redis';
import { LRUCache } from 'lru-cache';
import { checks } from '../errors.ts';
import { checkKey } from '../input.ts';
import { createRedisState, isFailure, UNSENT } from '../redis/redis-state.ts';
import { type QuotasOptions, resolveQuotasOptions } from './quota-options.ts';
import { endOfPeriod, QUOTA_PERIODS, type QuotaPeriod } from './quota-period.ts';
import { TRACK } from './quota-script.ts';

/**
 * Counts what users have used in the present hour, day or month, in UTC. It refuses nobody: what a count means is up
 * to the caller.
 */
export interface Quotas extends Subscribable<OutageEvents> {
  /**
   * Adds `cost` to what `user` has used in the present period. Never rejects because Redis is away: the process then
   * counts on from what it knows, and adds what was never sent when Redis is back within the period. A call that
   * Redis did not answer in time is not sent again, since it may have been counted.
   *
   * @param cost a whole number of at least 1. Defaults to 1.
   * @throws CacheInputError `ERR_CACHE_KEY` for a user that may not name a key, OptionError `ERR_CACHE_OPTION`.
   */
  trackQuota(user: string, period: QuotaPeriod, cost?: number): Promise<QuotaUsage>;
  /** The same without adding. */
  quotaUsage(user: string, period: QuotaPeriod): Promise<QuotaUsage>;
  stats(): QuotaStats;
}

/** What a user has used of the present period. */
export interface QuotaUsage {
  readonly used: number;
  /** When the period ends and counting begins again, milliseconds since the epoch. */
  readonly resetsAtMs: number;
  /** Whether Redis said so. False without Redis or while it is away: this process's own count. */
  readonly shared: boolean;
}

/** A copy of the counters of this process. */
export interface QuotaStats {
  /** Calls of `trackQuota`, and those among them that Redis did not answer. */
  readonly tracked: number;
  readonly unshared: number;
  readonly redis: { readonly state: 'off' | 'up' | 'down'; readonly errors: number };
}

/** What this process knows of one user's period. */
interface Count {
  used: number;
  /** Used until `endsAtMs`, but not sent to Redis. */
  owed: number;
  endsAtMs: number;
}

interface Use {
  readonly cost: number;
  readonly owed: number;
  /** When the period ends that `owed` was used in. */
  readonly owedUntilMs: number;
}

/**
 * Makes quotas that all instances of a namespace count together, by Redis's clock; or, without Redis, one process alone.
 *
 * @throws OptionError `ERR_CACHE_OPTION`.
 */
export function createQuotas(options: QuotasOptions = {}): Quotas {
  const { redis, namespace, maxEntries, clock } = resolveQuotasOptions(options);
  const keys = createKeySpace(namespace);
  const events = createEmitter<OutageEvents>();
  const counts = new LRUCache<string, Count>({ max: maxEntries });
  const state = createRedisState({
    onBegan: (reason) => events.emit('outage:began', { reason }),
    onEnded: (outageMs) => events.emit('outage:ended', { outageMs }),
  });
  let tracked = 0;
  let unshared = 0;

  function countOf(key: string, period: QuotaPeriod): Count {
    const now = clock.now();
    const known = counts.get(key);
    if (known && known.endsAtMs > now) return known;
    const fresh = { used: 0, owed: 0, endsAtMs: endOfPeriod(period, now) };
    counts.set(key, fresh);
    return fresh;
  }

  function keyOf(user: string, period: QuotaPeriod): string {
    checkKey(user);
    return keys.key(`quota-${checks.oneOf('period', period, QUOTA_PERIODS)}`, user);
  }

  /** @returns `undefined` where there is no answer. */
  async function ask(key: string, period: QuotaPeriod, count: Count, use: Use): Promise<QuotaUsage | undefined> {
    if (!redis) return undefined;
    const { cost, owed, owedUntilMs } = use;
    const reply = await state.watch(runScript(redis, TRACK, [key], [period, cost, owed, owedUntilMs / 1000]));
    if (reply === UNSENT && count.endsAtMs === owedUntilMs) count.owed += owed + cost;
    if (isFailure(reply)) return undefined;
    const [counted, endsAtSeconds] = reply as [number, number];
    const resetsAtMs = endsAtSeconds * 1000;
    if (resetsAtMs !== count.endsAtMs) beginPeriod(count, resetsAtMs);
    const used = counted + count.owed;
    // Replies of calls that were made together come one by one, and this process knows of all of them.
    count.used = Math.max(count.used, used);
    return { used, resetsAtMs, shared: true };
  }

  return {
    async trackQuota(user, period, cost = 1) {
      const key = keyOf(user, period);
      checks.integer('cost', cost, { max: 1_000_000_000 });
      tracked += 1;
      const count = countOf(key, period);
      count.used += cost;
      const { used, owed, endsAtMs: resetsAtMs } = count;
      count.owed = 0;
      const answered = await ask(key, period, count, { cost, owed, owedUntilMs: resetsAtMs });
      if (!answered) unshared += 1;
      return answered ?? { used, resetsAtMs, shared: false };
    },

    async quotaUsage(user, period) {
      const key = keyOf(user, period);
      const count = countOf(key, period);
      const answered = await ask(key, period, count, { cost: 0, owed: 0, owedUntilMs: count.endsAtMs });
      return answered ?? { used: count.used, resetsAtMs: count.endsAtMs, shared: false };
    },

    stats() {
      const redisState = state.isUp() ? 'up' : 'down';
      return { tracked, unshared, redis: { state: redis ? redisState : 'off', errors: state.errors() } };
    },

    on: events.on,
  };
}

/** The clock of Redis takes precedence over this process's. */
function beginPeriod(count: Count, endsAtMs: number): void {
  count.used = 0;
  count.owed = 0;
  count.endsAtMs = endsAtMs;
}
