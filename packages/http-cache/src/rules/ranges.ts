import type { Validators } from './conditional.ts';
import { parseHttpDate } from './http-date.ts';

/** The part of a complete body that a request asks for. `unsatisfiable` is a 416; `whole` a request for all of it. */
export type RangeAnswer =
  | { readonly kind: 'part'; readonly start: number; readonly end: number }
  | { readonly kind: 'unsatisfiable' }
  | { readonly kind: 'whole' };

const WHOLE: RangeAnswer = Object.freeze({ kind: 'whole' });

/**
 * RFC 9110 §14.2: one range of bytes is answered; several, another unit, or what is no range are passed over, which a
 * recipient may always do. `end` is exclusive.
 */
export function rangeOf(range: string | undefined, length: number): RangeAnswer {
  const found = /^bytes=\s*(\d*)-(\d*)\s*$/i.exec(range ?? '');
  if (!found) return WHOLE;
  const [, first = '', last = ''] = found;
  // Nothing has no part that a Content-Range could name, and RFC 9110 §14.2 allows to pass a Range of it over.
  if (length === 0 || (first === '' && last === '')) return WHOLE;
  if (first === '') {
    const suffix = Number(last);
    if (suffix === 0) return { kind: 'unsatisfiable' };
    return { kind: 'part', start: Math.max(0, length - suffix), end: length };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return WHOLE;
  if (start >= length) return { kind: 'unsatisfiable' };
  return { kind: 'part', start, end: last === '' ? length : Math.min(Number(last) + 1, length) };
}

/**
 * RFC 9110 §13.1.5: by strong comparison, else the whole is sent: a weak tag matches nothing, nor does a date from which a
 * second version of the same second could not be told (§8.8.2.2).
 */
export function matchesIfRange(ifRange: string | undefined, validators: Validators, nowMs: number): boolean {
  if (ifRange === undefined) return true;
  const text = ifRange.trim();
  if (text.startsWith('"')) return text === validators.etag;
  const sinceMs = parseHttpDate(text, nowMs);
  if (sinceMs === undefined || sinceMs !== parseHttpDate(validators.lastModified, nowMs)) return false;
  const madeMs = parseHttpDate(validators.date, nowMs);
  return madeMs !== undefined && madeMs - sinceMs >= 1000;
}
