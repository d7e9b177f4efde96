import type { Exchange } from '../exchange.ts';
import type { Policy } from '../options/route-policy.ts';
import type { BypassReason, NotStoredReason } from './reasons.ts';

const OF_ONE_CALLER: ReadonlySet<BypassReason | NotStoredReason> = new Set([
  'authorization',
  'session',
  'user',
  'personal',
  'set-cookie',
]);

/** Whether a response that is not stored for this reason is its caller's alone. */
export function isOfOneCaller(reason: BypassReason | NotStoredReason | undefined): boolean {
  return reason !== undefined && OF_ONE_CALLER.has(reason);
}

/**
 * The answer of a route that others are sent from the cache is this caller's alone: no cache in front may guess that it is for
 * all. Unless its handler says how it may be cached.
 */
export function keepFromOthers({ response }: Pick<Exchange, 'response'>, { kind }: Pick<Policy, 'kind'>): void {
  if (kind === 'route' && !response.hasHeader('cache-control')) {
    response.setHeader('Cache-Control', 'private, no-store');
  }
}
