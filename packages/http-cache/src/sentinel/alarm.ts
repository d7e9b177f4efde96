import { hash } from 'node:crypto';
import type { Emitter } from '@breakwater/core';
import type { HttpCacheEvents, ResponseAccount } from '../events.ts';

/** What an alarm says of a response: enough to find the cause by, and nothing of what may be somebody's. */
export function accountOf(status: number, body: Buffer | string): ResponseAccount {
  return { status, bytes: Buffer.byteLength(body), hash: hash('sha256', body, 'base64url') };
}

/** The values of a query may be somebody's, the names are the route's. */
export function withoutValues(url: string): string {
  const mark = url.indexOf('?');
  return mark === -1 ? url : url.slice(0, mark + 1) + url.slice(mark + 1).replaceAll(/=[^&]*/g, '');
}

/** Tells of a leak: by an event each time, and once a policy where somebody reads it who listens to no events. */
export function createAlarm(events: Emitter<HttpCacheEvents>) {
  const warned = new Set<string>();
  return function raiseAlarm(leak: HttpCacheEvents['response:leaked']): void {
    events.emit('response:leaked', leak);
    if (warned.has(leak.policy) || warned.size >= 100) return;
    warned.add(leak.policy);
    process.emitWarning(
      `A stored response of the route policy ${JSON.stringify(leak.policy)} (${leak.url}) is not for everybody who is sent it: ` +
        `${leak.quarantined ? 'the policy is in quarantine until httpCache.release' : 'it is stored all the same'}. Put what the ` +
        'response depends on into its key (vary, key), or do not cache it.',
      { type: 'BreakwaterWarning', code: 'BREAKWATER_LEAKED' },
    );
  };
}
