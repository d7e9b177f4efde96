import type { IncomingHttpHeaders } from 'node:http';
import { isWeak } from '../rules/entity-tag.ts';
import { freshenedHeaders } from '../rules/freshen.ts';
import type { Header } from '../rules/handler-headers.ts';
import { servesOnError } from '../rules/reuse.ts';
import { ageMsOf, createStoredResponse, headerPairs, originValidators, type StoredResponse } from '../stored/entry.ts';
import type { Selected } from '../stored/place.ts';

/** A stored response whose handler is asked once more, before it is served again. */
export interface Standby {
  readonly selected: Selected;
  /** Puts its validators on the request, for the handler to say that nothing has changed. */
  askBy(headers: IncomingHttpHeaders): void;
  /** Whether a 304 is an answer to what was asked. */
  readonly isAsked: boolean;
  /** Whether it is better than the error that the handler answers with. */
  servesInPlaceOf(status: number, nowMs: number): boolean;
  /** Whether a 304 speaks of another response than the stored one. */
  isOther(update: readonly Header[]): boolean;
  /** The stored headers, with those of a 304. */
  freshened(update: readonly Header[]): Header[];
}

export function createStandby(selected: Selected): Standby {
  const { response } = selected;
  const { etag, lastModified } = originValidators(response);
  return {
    selected,
    isAsked: etag !== undefined || lastModified !== undefined,
    askBy(headers) {
      // RFC 9111 §4.3.1: both, where there are both.
      if (etag !== undefined) headers['if-none-match'] = etag;
      if (lastModified !== undefined) headers['if-modified-since'] = lastModified;
    },
    servesInPlaceOf: (status, nowMs) => FAILURES.has(status) && standsIn(selected, nowMs),
    isOther: (update) => {
      // Asked by its tag alone, who answers 304 has found that tag; by a date, of which two versions may have the same.
      if (lastModified === undefined) return false;
      const named = update.find(([name]) => name === 'etag')?.[1];
      return named !== undefined && !isWeak(named) && named !== etag;
    },
    freshened: (update) => freshenedHeaders(headerPairs(response), update),
  };
}

/** RFC 5861 §4: whether a stored response is better than none, or than an error. */
export function standsIn({ response, storedAtMs }: Selected, nowMs: number): boolean {
  return response.status < 500 && servesOnError(response.reuse, ageMsOf(response, storedAtMs, nowMs));
}

/** RFC 5861 §4. */
const FAILURES: ReadonlySet<number> = new Set([500, 502, 503, 504]);

/** The stored body under its new head. */
export function freshenedResponse(
  stored: StoredResponse,
  headers: readonly Header[],
  { initialAgeMs, reuse }: Pick<StoredResponse, 'initialAgeMs' | 'reuse'>,
): StoredResponse {
  const { status, body, hasOwnTag } = stored;
  // A 304 that says how long clients keep it says it from now on.
  const clientSeconds = headers.some(([name]) => name === 'cache-control') ? undefined : stored.clientSeconds;
  return createStoredResponse({ status, headers: headers.flat(), body, hasOwnTag, clientSeconds, initialAgeMs, reuse });
}
