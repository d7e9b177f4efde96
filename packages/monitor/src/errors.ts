import { BreakwaterError, createOptionChecks } from '@breakwater/core';

export const checks = createOptionChecks('MONITOR');

/** What a request says of a call, as opposed to what was said at construction. */
export const callChecks = createOptionChecks('MONITOR_CALL');

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

/** A request that `authorize` let in is not taken as a call. */
export class CallRefusedError extends BreakwaterError {
  override readonly name = 'CallRefusedError';
  readonly status: number;

  constructor(status: number, what: string, message: string, options?: { cause?: unknown }) {
    super(`ERR_MONITOR_${what}`, message, options);
    this.status = status;
  }
}
