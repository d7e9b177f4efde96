/** At most `limit` hits in any stretch of `windowMs` milliseconds. */
export interface WindowRule {
  readonly limit: number;
  readonly windowMs: number;
}

export interface Verdict {
  readonly allowed: boolean;
  /** Hits that count, this one included where it was allowed. Above the limit only after the limit was lowered. */
  readonly used: number;
  /** Allowed: milliseconds until the oldest hit stops counting. Denied: until the same request would be allowed. */
  readonly freesInMs: number;
}

export interface Judgement extends Verdict {
  /** How many of the oldest hits no longer count. */
  readonly expired: number;
}

/**
 * The exact sliding window, a log of what was admitted: a hit counts while it is younger than the window, and a
 * request that is denied leaves no trace. `redis-window.ts` holds the same rule in Lua.
 *
 * @param hits times of the admitted hits, oldest first.
 * @param cost hits this request adds, all or none, at most `rule.limit`; 0 looks, and answers as a cost of 1 would.
 */
export function judge(hits: readonly number[], rule: WindowRule, cost: number, now: number): Judgement {
  const expired = countExpired(hits, rule.windowMs, now);
  const used = hits.length - expired;
  const wanted = Math.max(cost, 1);
  if (used + wanted > rule.limit) {
    // There is room once `limit - wanted` hits are left: when the one just before those leaves.
    const last = hits[hits.length - 1 - (rule.limit - wanted)] ?? now;
    return { allowed: false, used, freesInMs: last + rule.windowMs - now, expired };
  }
  if (used + cost === 0) return { allowed: true, used: 0, freesInMs: 0, expired };
  const oldest = hits[expired] ?? now;
  return { allowed: true, used: used + cost, freesInMs: oldest + rule.windowMs - now, expired };
}

function countExpired(hits: readonly number[], windowMs: number, now: number): number {
  let low = 0;
  let high = hits.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((hits[middle] as number) + windowMs <= now) low = middle + 1;
    else high = middle;
  }
  return low;
}
