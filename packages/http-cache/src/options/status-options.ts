import type { Duration } from '@breakwater/core';
import { checks } from '../errors.ts';
import { isWhole, type StatusLifetimes } from '../rules/status-lifetimes.ts';

/** One status, or a range of a hundred. */
export type StatusKey = `${number}` | '2xx' | '3xx' | '4xx' | '5xx';

/** @throws OptionError `ERR_HTTP_CACHE_OPTION` */
export function resolveStatuses(
  option: string,
  given: Readonly<Partial<Record<StatusKey, Duration>>>,
): StatusLifetimes {
  if (given === null || typeof given !== 'object' || Array.isArray(given)) {
    throw checks.failure(option, 'an object of lifetimes by status', given);
  }
  const lifetimes = Object.entries(given).filter(([, lifetime]) => lifetime !== undefined);
  return new Map(
    lifetimes.map(([key, lifetime]) => {
      const isRange = /^[2-5]xx$/.test(key);
      if (!isRange && !(/^\d{3}$/.test(key) && key !== '200' && isWhole(Number(key)))) {
        throw checks.failure(option, "a status that may be stored ('404') or a range ('4xx'); 200 lives for ttl", key);
      }
      return [key, checks.duration(`${option}.${key}`, lifetime)];
    }),
  );
}
