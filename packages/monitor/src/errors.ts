import { BreakwaterError, createOptionChecks } from '@breakwater/core';

export const checks = createOptionChecks('MONITOR');

/** Something would be shown only to the authorized, and nothing says who they are. */
export function authorizeMissing(what: string): BreakwaterError {
  return new BreakwaterError(
    'ERR_MONITOR_AUTHORIZE',
    `${what} must not be open to the world: pass authorize: (request) => boolean, or leave the admin pages out with paths: { admin: null }.`,
  );
}

export function metricTaken(name: string): BreakwaterError {
  return new BreakwaterError(
    'ERR_MONITOR_METRIC_TAKEN',
    `The registry already has a metric ${name}. Watch all parts with one monitor (several of a kind by name), or give each monitor a registry of its own.`,
  );
}
