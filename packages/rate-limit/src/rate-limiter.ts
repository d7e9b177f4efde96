import { createEmitter, type Subscribable } from '@breakwater/core';
import type { RequestView } from '@breakwater/core/http';
import { boundRedis, createKeySpace, createOutageWatch } from '@breakwater/core/redis';
import type { Decision } from './decision.ts';
import { createDenialGate } from './denial-gate.ts';
import type { RateLimitEvents } from './events.ts';
import { createMemoryWindow } from './memory-window.ts';
import { type RateLimiterOptions, resolveOptions } from './options.ts';
import type { Plan } from './plan.ts';
import { createRedisWindow } from './redis-window.ts';
import type { Verdict } from './sliding-window.ts';
import type { RateLimitStats } from './stats.ts';
import { createSubjectReader } from './subject.ts';

export interface RateLimiter<Request extends object = object> extends Subscribable<RateLimitEvents> {
  /**
   * Counts the request and decides about it; never rejects. A request is counted once, however many mounts of this
   * limiter it passes. Answers at once where neither Redis nor an asynchronous `plan` has to be asked.
   */
  check(view: RequestView<Request>): Decision | Promise<Decision>;
  stats(): RateLimitStats;
  /** Forgets what this process remembers. The Redis client stays its owner's. Idempotent. */
  close(): void;
}

/** Who is limited, and as what. */
interface Subject {
  readonly plan: Plan;
  readonly caller: string;
  readonly method: string;
}

const SKIPPED: Decision = Object.freeze({ outcome: 'skipped' });

/** @throws OptionError `ERR_RATE_LIMIT_OPTION` for an option that is unknown or wrong. */
export function createRateLimiter<Request extends object = object>(
  options: RateLimiterOptions<Request> = {},
): RateLimiter<Request> {
  const settings = resolveOptions(options);
  const { clock, maxKeys } = settings;
  const keys = createKeySpace(settings.namespace);
  const emitter = createEmitter<RateLimitEvents>();
  const subjects = createSubjectReader(settings, emitter);
  const redis = settings.redis && boundRedis(settings.redis, settings.deadlineMs);
  const shared = redis && createRedisWindow(redis);
  const local = createMemoryWindow(maxKeys, clock);
  const gate = createDenialGate(maxKeys, clock);
  const outage = createOutageWatch({
    onBegan: (reason) => emitter.emit('outage:began', { reason }),
    onEnded: (outageMs) => emitter.emit('outage:ended', { outageMs }),
    ask: redis && (() => redis.ping()),
  });
  let redisErrors = 0;
  // On the request itself: a WeakSet of requests costs as much as the window does, and the collector as much again.
  const isCounted = Symbol('counted by this limiter');
  const counts = new Map([...settings.plans.byName.keys()].map((name) => [name, { allowed: 0, denied: 0 }]));

  function count(plan: Plan, result: 'allowed' | 'denied'): void {
    const planCounts = counts.get(plan.name);
    if (planCounts) planCounts[result] += 1;
  }

  function conclude({ plan, caller, method }: Subject, { allowed, used, freesInMs }: Verdict): Decision {
    const { name, limit, windowMs, audit } = plan;
    const remaining = Math.max(0, limit - used);
    const outcome = allowed ? 'allowed' : 'denied';
    count(plan, outcome);
    if (!allowed) {
      emitter.emit('request:denied', { plan: name, caller, method, limit, windowMs, retryAfterMs: freesInMs });
    } else if (audit) {
      emitter.emit('request:allowed', { plan: name, caller, method, remaining });
    }
    return { outcome, plan, remaining, freesInMs };
  }

  function withoutRedis(subject: Subject, slot: string): Decision {
    if (settings.onOutage === 'local') return conclude(subject, local.take(slot, subject.plan, 1));
    const isAllowed = settings.onOutage === 'allow';
    count(subject.plan, isAllowed ? 'allowed' : 'denied');
    return { outcome: isAllowed ? 'uncounted' : 'unavailable', plan: subject.plan };
  }

  function decide(view: RequestView<Request>, plan: Plan): Decision | Promise<Decision> {
    const subject = { plan, caller: subjects.caller(view), method: view.method };
    const slot = `${plan.name}:${subject.caller}`;
    if (shared === undefined) return conclude(subject, local.take(slot, plan, 1));

    const opensInMs = gate.opensInMs(slot);
    if (opensInMs > 0) return conclude(subject, { allowed: false, used: plan.limit, freesInMs: opensInMs });

    const askedAtMs = clock.now();
    return shared.take(keys.key('window', slot), plan, 1).then(
      (verdict) => {
        outage.answered();
        gate.note(slot, plan, verdict, askedAtMs);
        return conclude(subject, verdict);
      },
      (error) => {
        redisErrors += 1;
        outage.failed(error);
        return withoutRedis(subject, slot);
      },
    );
  }

  function tier(): RateLimitStats['tier'] {
    if (shared === undefined) return 'memory';
    return outage.isAway() && settings.onOutage === 'local' ? 'local' : 'redis';
  }

  return {
    on: emitter.on,
    check(view) {
      const request: { [isCounted]?: true } = view.request;
      if (request[isCounted] || subjects.isSkipped(view)) return SKIPPED;
      request[isCounted] = true;
      const plan = subjects.plan(view);
      return plan instanceof Promise ? plan.then((resolved) => decide(view, resolved)) : decide(view, plan);
    },
    stats: () => ({
      plans: Object.fromEntries([...counts].map(([name, planCounts]) => [name, { ...planCounts }])),
      tier: tier(),
      redisErrors,
      memoryKeys: local.keyCount() + gate.keyCount(),
    }),
    close() {
      outage.close();
      local.clear();
      gate.clear();
    },
  };
}
