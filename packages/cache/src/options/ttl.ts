import type { Duration } from '@breakwater/core';
import { checks } from '../errors.ts';

/** Lifetimes by name, for policies that care about the order of magnitude only. */
const TTL_PRESETS = Object.freeze({
  temporary: '5m',
  short: '30m',
  medium: '1h',
  long: '24h',
  permanent: '7d',
}) satisfies Readonly<Record<string, Duration>>;

/** 5 and 30 minutes, an hour, a day, a week. */
export type TtlPreset = keyof typeof TTL_PRESETS;

/** The lifetime of an entry whose call begins at `nowMs`, milliseconds since the epoch; see `marketHours`. */
export type TtlSchedule = (nowMs: number) => Duration;

/** Milliseconds, or what gives them for the present time. */
export type ResolvedTtl = number | ((nowMs: number) => number);

/** Ten years: a lifetime beyond it is a mistake, such as seconds taken for milliseconds. */
export const MAX_TTL_MS = 10 * 365 * 86_400_000;

/** @throws OptionError `ERR_CACHE_OPTION`; for a schedule also later, at the call for which it gives no duration. */
export function resolvePolicyTtl(option: string, ttl: Duration | TtlPreset | TtlSchedule): ResolvedTtl {
  if (typeof ttl === 'function') return (nowMs) => checkTtl(option, ttl(nowMs));
  return checkTtl(option, isPreset(ttl) ? TTL_PRESETS[ttl] : ttl);
}

export function checkTtl(option: string, ttl: Duration): number {
  return checks.duration(option, ttl, { max: MAX_TTL_MS });
}

export function ttlMsAt(ttl: ResolvedTtl, nowMs: number): number {
  return typeof ttl === 'number' ? ttl : ttl(nowMs);
}

function isPreset(ttl: unknown): ttl is TtlPreset {
  return typeof ttl === 'string' && Object.hasOwn(TTL_PRESETS, ttl);
}
