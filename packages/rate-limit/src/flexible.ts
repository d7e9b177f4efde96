import { boundRedis, createKeySpace } from '@breakwater/core/redis';
import { RateLimiterCompatibleAbstract, RateLimiterRes } from 'rate-limiter-flexible';
import { callerDigest } from './caller.ts';
import { checks, neverAdmitted, unsupported } from './errors.ts';
import { resolveFlexibleOptions, type SlidingWindowLimiterOptions } from './flexible-options.ts';
import { createMemoryWindow } from './memory-window.ts';
import { monotonicClock } from './options.ts';
import { MAX_LIMIT } from './plan.ts';
import { createRedisWindow } from './redis-window.ts';
import type { Verdict, WindowRule } from './sliding-window.ts';
import type { WindowStore } from './window-store.ts';

export type { SlidingWindowLimiterOptions } from './flexible-options.ts';

/** What rate-limiter-flexible's own limiters take, and its wrappers pass on. */
interface ConsumeOptions {
  readonly customDuration?: unknown;
}

/** Points that leave room for whatever a penalty adds. */
const UNLIMITED = Number.MAX_SAFE_INTEGER;

/**
 * Our exact window as a limiter of rate-limiter-flexible, for its queue, union, burst and allow/deny wrappers.
 * A denied `consume` takes nothing, and rejects with a `RateLimiterRes` as every limiter there does.
 *
 * `reward`, `set` and `block` reject with `ERR_RATE_LIMIT_UNSUPPORTED`; Redis errors are rejected as they come.
 */
export class SlidingWindowLimiter extends RateLimiterCompatibleAbstract {
  override readonly keyPrefix: string;
  override blockDuration = 0;
  override execEvenly = false;
  readonly points: number;
  readonly duration: number;
  readonly #rule: WindowRule;
  readonly #store: WindowStore;
  readonly #keyOf: (key: string | number) => string;

  /** @throws OptionError `ERR_RATE_LIMIT_OPTION` for an option that is unknown or wrong. */
  constructor(options: SlidingWindowLimiterOptions) {
    super();
    const { redis, rule, duration, keyPrefix, namespace, deadlineMs, maxKeys } = resolveFlexibleOptions(options);
    this.keyPrefix = keyPrefix;
    this.points = rule.limit;
    this.duration = duration;
    this.#rule = rule;
    const keys = createKeySpace(namespace);
    this.#keyOf = (key) => keys.key('flexible', `${keyPrefix}:${callerDigest(String(key))}`);
    this.#store = redis
      ? createRedisWindow(boundRedis(redis, deadlineMs))
      : createMemoryWindow(maxKeys, monotonicClock);
  }

  override async consume(key: string | number, points = 1, options: ConsumeOptions = {}): Promise<RateLimiterRes> {
    checks.known('options', options, ['customDuration']);
    if (options.customDuration !== undefined) {
      throw unsupported('customDuration', 'a key has one window. Make another limiter.');
    }
    checks.integer('points', points, { min: 0 });
    if (points > this.points) throw neverAdmitted(points, this.points);
    const verdict = await this.#store.take(this.#keyOf(key), this.#rule, points);
    const result = this.#resultOf(verdict, points);
    if (!verdict.allowed) throw result;
    return result;
  }

  /** Adds hits whether there is room or not; they leave after a window like any other. */
  override async penalty(key: string | number, points = 1): Promise<RateLimiterRes> {
    checks.integer('points', points, { max: MAX_LIMIT });
    await this.#store.take(this.#keyOf(key), { ...this.#rule, limit: UNLIMITED }, points);
    return this.#resultOf(await this.#look(key), points);
  }

  override async get(key: string | number): Promise<RateLimiterRes | null> {
    const verdict = await this.#look(key);
    return verdict.used === 0 ? null : this.#resultOf(verdict, 0);
  }

  override async delete(key: string | number): Promise<boolean> {
    return this.#store.forget(this.#keyOf(key));
  }

  override async reward(): Promise<never> {
    throw unsupported('reward', 'its log cannot tell which hit to take back.');
  }

  override async set(): Promise<never> {
    throw unsupported('set', 'points come from hits and each has a time. Use penalty or delete.');
  }

  override async block(): Promise<never> {
    throw unsupported('block', 'a key is closed by its hits alone. Use penalty, or RLWrapperBlackAndWhite.');
  }

  #look(key: string | number): Verdict | Promise<Verdict> {
    return this.#store.take(this.#keyOf(key), this.#rule, 0);
  }

  #resultOf(verdict: Verdict, points: number): RateLimiterRes {
    const { used, freesInMs } = verdict;
    const remaining = Math.max(0, this.points - used);
    // Whole milliseconds, rounded up: wrappers sleep for it and ask again.
    return new RateLimiterRes(remaining, Math.ceil(freesInMs), used, points > 0 && used === points);
  }
}
