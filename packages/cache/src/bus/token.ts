import { tokenError } from '../errors.ts';

/** How far a publisher had spoken. */
export interface Milestone {
  readonly publisher: string;
  readonly sequence: number;
}

/** A publisher's name, and a number of at most 53 bits in base 36. */
const FORM = /^([\w-]{1,32})\.([\da-z]{1,11})$/;

export function encodeToken({ publisher, sequence }: Milestone): string {
  return `${publisher}.${sequence.toString(36)}`;
}

/** @throws CacheInputError `ERR_CACHE_TOKEN` for what {@link encodeToken} never gave: tokens come from outside. */
export function parseToken(token: unknown): Milestone {
  const [, publisher = '', digits = ''] = typeof token === 'string' ? (FORM.exec(token) ?? []) : [];
  const sequence = Number.parseInt(digits, 36);
  if (!Number.isSafeInteger(sequence)) throw tokenError(token);
  return { publisher, sequence };
}
