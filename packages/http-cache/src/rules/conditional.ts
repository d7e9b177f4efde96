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
  /** HTTP dates, as they were sent. */
  readonly lastModified: string | undefined;
  readonly date: string | undefined;
}

export const NO_CONDITIONS: Conditions = Object.freeze({ ifNoneMatch: undefined, ifModifiedSince: undefined });

export function conditionsOf(headers: IncomingHttpHeaders): Conditions {
  // Most have neither.
  if (headers['if-none-match'] === undefined && headers['if-modified-since'] === undefined) return NO_CONDITIONS;
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
  // RFC 9111 §4.3.2: without a `Last-Modified`, the response's own `Date` stands for it.
  const modifiedMs = parseHttpDate(validators.lastModified ?? validators.date, nowMs);
  return modifiedMs !== undefined && modifiedMs <= sinceMs;
}
