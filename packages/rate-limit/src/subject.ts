import { describeValue, type Emitter } from '@breakwater/core';
import type { RequestView } from '@breakwater/core/http';
import { callerOf } from './caller.ts';
import type { RateLimitEvents } from './events.ts';
import type { ResolvedOptions } from './options.ts';
import type { Plan } from './plan.ts';

/** Asks the application's callbacks about a request. What they throw is an event and never the request's failure. */
export interface SubjectReader<Request extends object> {
  isSkipped(view: RequestView<Request>): boolean;
  /** The caller's digest. */
  caller(view: RequestView<Request>): string;
  plan(view: RequestView<Request>): Plan | Promise<Plan>;
}

export function createSubjectReader<Request extends object>(
  options: Pick<ResolvedOptions<Request>, 'plans' | 'plan' | 'key' | 'skip'>,
  emitter: Emitter<RateLimitEvents>,
): SubjectReader<Request> {
  const { byName, strangers } = options.plans;
  const failures = { key: 0, skip: 0, plan: 0 };

  function planNamed(name: unknown): Plan {
    return byName.get(name as string) ?? unknownPlan(describeValue(name));
  }

  function unknownPlan(plan: string | undefined, error?: unknown): Plan {
    failures.plan += 1;
    emitter.emit('plan:unknown', { plan, fallback: strangers.name, count: failures.plan, error });
    return strangers;
  }

  function failed(callback: 'key' | 'skip', error: unknown): void {
    failures[callback] += 1;
    emitter.emit('callback:failed', { callback, count: failures[callback], error });
  }

  return {
    isSkipped(view) {
      try {
        return options.skip?.(view.request) === true;
      } catch (error) {
        failed('skip', error);
        return false;
      }
    },
    caller(view) {
      try {
        return callerOf(asKey(options.key?.(view.request)), view.address);
      } catch (error) {
        failed('key', error);
        return callerOf(undefined, view.address);
      }
    },
    plan(view) {
      if (options.plan === undefined) return strangers;
      try {
        const name = options.plan(view.request);
        if (typeof name === 'string') return planNamed(name);
        return Promise.resolve(name).then(planNamed, (error) => unknownPlan(undefined, error));
      } catch (error) {
        return unknownPlan(undefined, error);
      }
    },
  };
}

function asKey(key: unknown): string | undefined {
  if (key === undefined || key === null || typeof key === 'string') return key ?? undefined;
  if (typeof key === 'number') return String(key);
  throw new TypeError(`The rate limiter's key must return a text or nothing, got ${describeValue(key)}.`);
}
