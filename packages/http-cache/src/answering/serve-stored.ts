import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { type Conditions, isNotModified } from '../rules/conditional.ts';
import { matchesIfRange, rangeOf } from '../rules/ranges.ts';
import type { Moment, StoredResponse } from '../stored/entry.ts';
import type { SendWhole } from './departures.ts';
import { isTransformed, sendNotModified, sendPart, sendUnsatisfiable } from './send-stored.ts';

export interface Serving {
  readonly moment: Moment;
  readonly conditions: Conditions;
  readonly nowMs: number;
  /** Of a whole response. */
  readonly send: SendWhole;
}

/**
 * Answers a request with a stored response: whole, the part it asks for, or that nothing changed, in the order of RFC 9110
 * §13.2.2.
 */
export function serveStored(
  request: { readonly method: string; readonly headers: IncomingHttpHeaders },
  response: ServerResponse,
  stored: StoredResponse,
  { moment, conditions, nowMs, send }: Serving,
): 'whole' | 'not-modified' | 'part' {
  if (stored.status === 200 && isNotModified(conditions, stored.validators, nowMs)) {
    sendNotModified(response, stored, moment);
    return 'not-modified';
  }
  const { range, 'if-range': ifRange } = request.headers;
  // Bytes that somebody behind may write in another coding have other places: whoever asks for some gets them all.
  const isAsked = range !== undefined && stored.status === 200 && request.method === 'GET' && !isTransformed(response);
  if (isAsked && matchesIfRange(ifRange as string | undefined, stored.validators, nowMs)) {
    const answer = rangeOf(range, stored.body.length);
    if (answer.kind === 'part') {
      sendPart(response, stored, moment, answer);
      return 'part';
    }
    if (answer.kind === 'unsatisfiable') {
      sendUnsatisfiable(response, stored, moment);
      return 'part';
    }
  }
  send(response, stored, moment, request.method !== 'HEAD');
  return 'whole';
}
