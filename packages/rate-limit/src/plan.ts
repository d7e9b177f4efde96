import type { Duration } from '@breakwater/core';
import { checks } from './errors.ts';
import type { WindowRule } from './sliding-window.ts';

export type RateUnit = 's' | 'sec' | 'm' | 'min' | 'h' | 'hour' | 'd' | 'day';

/** `'60/min'`, `'5/s'`, `'100/15min'`, `'1000/day'`. */
export type Rate = `${number}/${RateUnit}` | `${number}/${number}${RateUnit}`;

export interface PlanOptions {
  /** Requests in any one window, 1 to 100,000. */
  readonly limit: number;
  /** Whole seconds, because `RateLimit-Policy` can say no other; at most 366 days. */
  readonly window: Duration;
  /** Whether allowed requests are events too (`request:allowed`); denied ones always are. @default false */
  readonly audit?: boolean;
}

/** A caller's rate tier. */
export interface Plan extends WindowRule {
  readonly name: string;
  readonly audit: boolean;
}

/** Names stand in header fields (RFC 9651 strings), keys and metric labels, so they are plain. */
const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;
const RATE = /^(\d+)\/(\d+)?(s|sec|m|min|h|hour|d|day)$/;
const DURATION_UNIT = { s: 's', sec: 's', m: 'm', min: 'm', h: 'h', hour: 'h', d: 'd', day: 'd' } as const;

/** An exact log keeps every hit: some 10 bytes each in Redis, 8 in memory. */
export const MAX_LIMIT = 100_000;
const MAX_WINDOW_MS = 366 * 86_400_000;

export interface Plans {
  readonly byName: ReadonlyMap<string, Plan>;
  /** The first plan given. */
  readonly strangers: Plan;
}

export function resolvePlans(plans: unknown): Plans {
  if (plans === null || typeof plans !== 'object') throw checks.failure('plans', 'an object of plans by name', plans);
  const resolved = Object.entries(plans).map(([name, plan]) => resolvePlan(name, plan));
  const [strangers] = resolved;
  if (strangers === undefined) throw checks.failure('plans', 'an object with at least one plan', plans);
  return { byName: new Map(resolved.map((plan) => [plan.name, plan])), strangers };
}

function resolvePlan(name: string, plan: unknown): Plan {
  if (!NAME.test(name)) throw checks.failure('plans', 'named by a letter, then letters, digits, _ or -', name);
  const option = `plans.${name}`;
  const { limit, window, audit = false } = readPlan(option, plan);
  if (typeof audit !== 'boolean') throw checks.failure(`${option}.audit`, 'true or false', audit);
  const windowMs = checks.duration(`${option}.window`, window, { min: 1000, max: MAX_WINDOW_MS });
  if (windowMs % 1000 !== 0) throw checks.failure(`${option}.window`, 'a duration of whole seconds', window);
  return Object.freeze({
    name,
    limit: checks.integer(`${option}.limit`, limit, { min: 1, max: MAX_LIMIT }),
    windowMs,
    audit,
  });
}

type Unchecked = { readonly [Option in keyof PlanOptions]?: unknown };

function readPlan(option: string, plan: unknown): Unchecked {
  if (typeof plan !== 'string') {
    checks.known(option, plan, ['limit', 'window', 'audit']);
    return plan as Unchecked;
  }
  const [, limit, count = '1', unit] = RATE.exec(plan) ?? [];
  if (unit === undefined) throw checks.failure(option, "a rate ('60/min', '5/s', '100/15min')", plan);
  return { limit: Number(limit), window: `${count}${DURATION_UNIT[unit as RateUnit]}` };
}
