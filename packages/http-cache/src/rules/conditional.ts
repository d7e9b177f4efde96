import type { IncomingHttpHeaders } from 'node:http';
import { isWeakMatch } from './entity-tag.ts';
import { splitFieldList } from './field-list.ts';
import { parseHttpDate } from './http-date.ts';

export interface Conditions {
  readonly ifNoneMatch: string | undefined;
  readonly ifModifiedSince: string | undefined;
}

export interface Validators {
  readonly etag: string | undefined;
  /** An HTTP date, as it was sent. */
  readonly lastModified: string | undefined;
}

export function conditionsOf(headers: IncomingHttpHeaders): Conditions {
  return { ifNoneMatch: headers['if-none-match'], ifModifiedSince: headers['if-modified-since'] };
}

/** Whether a GET or HEAD with these conditions is answered 304. RFC 9110 §13.2.2. */
export function isNotModified(conditions: Conditions, validators: Validators, nowMs: number): boolean {
  const { ifNoneMatch, ifModifiedSince } = conditions;
  // Where If-None-Match is present, If-Modified-Since is not read.
  if (ifNoneMatch !== undefined) {
    const { etag } = validators;
    if (ifNoneMatch.trim() === '*') return true;
    return etag !== undefined && splitFieldList(ifNoneMatch).some((candidate) => isWeakMatch(candidate, etag));
  }
  const sinceMs = parseHttpDate(ifModifiedSince, nowMs);
  if (sinceMs === undefined) return false;
  const modifiedMs = parseHttpDate(validators.lastModified, nowMs);
  return modifiedMs !== undefined && modifiedMs <= sinceMs;
}
