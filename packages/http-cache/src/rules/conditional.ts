import type { IncomingHttpHeaders } from 'node:http';
import { isWeakMatch } from './entity-tag.ts';
import { splitFieldList } from './field-list.ts';

export interface Conditions {
  readonly ifNoneMatch: string | undefined;
  readonly ifModifiedSince: string | undefined;
}

export interface Validators {
  readonly etag: string | undefined;
  /** Milliseconds since the epoch. */
  readonly lastModifiedMs: number | undefined;
}

export function conditionsOf(headers: IncomingHttpHeaders): Conditions {
  return { ifNoneMatch: headers['if-none-match'], ifModifiedSince: headers['if-modified-since'] };
}

/** Whether a GET or HEAD with these conditions is answered 304. RFC 9110 §13.2.2. */
export function isNotModified(conditions: Conditions, validators: Validators): boolean {
  const { ifNoneMatch, ifModifiedSince } = conditions;
  // Where If-None-Match is present, If-Modified-Since is not read.
  if (ifNoneMatch !== undefined) {
    const { etag } = validators;
    if (ifNoneMatch.trim() === '*') return true;
    return etag !== undefined && splitFieldList(ifNoneMatch).some((candidate) => isWeakMatch(candidate, etag));
  }
  const sinceMs = parseHttpDate(ifModifiedSince);
  if (sinceMs === undefined || validators.lastModifiedMs === undefined) return false;
  return validators.lastModifiedMs <= sinceMs;
}

const IMF_OR_RFC_850_DATE = /^[A-Z][a-z]{2,8}, \d{2}[ -][A-Z][a-z]{2}[ -]\d{2,4} \d{2}:\d{2}:\d{2} GMT$/;
const ASCTIME_DATE = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;

/** Milliseconds since the epoch of one of the three forms of RFC 9110 §5.6.7; no other text is a date. */
export function parseHttpDate(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  let parsed = Number.NaN;
  if (IMF_OR_RFC_850_DATE.test(value)) parsed = Date.parse(value);
  else if (ASCTIME_DATE.test(value)) parsed = Date.parse(`${value} GMT`);
  return Number.isNaN(parsed) ? undefined : parsed;
}
