import type { Request } from 'express';
import { accountOf } from './http/require-login.ts';
import type { Suite } from './suite.ts';

/** Takes one event by name, with flat fields. */
export type Log = (event: string, fields: object) => void;

/** One JSON line an event. Errors keep their message and stack, which JSON would drop. */
export function logLine(event: string, fields: object): string {
  const time = new Date().toISOString();
  return JSON.stringify({ time, event, ...fields }, (_, value: unknown) =>
    value instanceof Error ? (value.stack ?? value.message) : value,
  );
}

/**
 * What is worth a line: outages, what admins do, and whatever could not be read or decided. Denials are not: anybody
 * could fill the log with them, so they are numbers in /metrics.
 */
export function logRareEvents({ pool, cache, limiter, sessions, monitor, responses }: Suite, log: Log): void {
  const logger = (event: string) => (fields: object) => log(event, fields);
  pool?.on('outage:began', logger('redis:outage-began'));
  pool?.on('outage:ended', logger('redis:outage-ended'));
  limiter.on('request:allowed', logger('limiter:audit'));
  limiter.on('plan:unknown', logger('limiter:plan-unknown'));
  limiter.on('callback:failed', logger('limiter:callback-failed'));
  cache.on('frame:unreadable', logger('cache:unreadable'));
  sessions.events.on('record:unreadable', logger('session:unreadable'));
  responses.on('cache:failed', logger('http-cache:failed'));
  responses.on('response:leaked', logger('http-cache:leaked'));
  responses.on('response:under-keyed', logger('http-cache:under-keyed'));
  monitor.on('stats:failed', logger('monitor:stats-failed'));
  monitor.on('authorize:failed', logger('monitor:authorize-failed'));
  monitor.on('explain:failed', logger('monitor:explain-failed'));
  monitor.on('change:made', ({ request, ...change }) => {
    log('monitor:change-made', { ...change, by: accountOf(request as Request)?.username ?? 'who has the token' });
  });
}
