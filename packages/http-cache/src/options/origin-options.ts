import { type Duration, withDefaults } from '@breakwater/core';
import { checks } from '../errors.ts';
import type { FreshnessTrust } from '../rules/freshness.ts';

/** How responses are taken that no route has a policy for: by what they say of themselves (RFC 9111). */
export interface OriginOptions {
  /**
   * What counts as permission to store. `'declared'`: words to shared caches, which are `s-maxage`, `public` with
   * `max-age`, and `targetFields`. `'explicit'`: `max-age` and `Expires` alone as well. `'heuristic'`: also a tenth of the
   * time since `Last-Modified` (RFC 9111 §4.2.2).
   * @default 'declared'
   */
  readonly trust?: FreshnessTrust;
  /**
   * Fields that speak to this cache in place of `Cache-Control` and `Expires` (RFC 9213), the most specific first.
   * @default ['breakwater-cache-control']
   */
  readonly targetFields?: readonly string[];
  /**
   * Requests with `Authorization`. `'rfc9111'`: served from the cache, and their responses stored where those say
   * `public`, `must-revalidate` or `s-maxage` (§3.5).
   * @default 'bypass'
   */
  readonly authorization?: 'bypass' | 'rfc9111';
  /** Responses with `Set-Cookie`. `'store'` sends one visitor's cookie to all of them. @default 'refuse' */
  readonly setCookie?: 'refuse' | 'store';
  /** Where the response says nothing of `stale-while-revalidate`. @default 0 */
  readonly staleWhileRevalidate?: Duration;
  /** Where the response says nothing of `stale-if-error`. @default 0 */
  readonly staleIfError?: Duration;
  /**
   * Fields by which a response names tags of its own, under policies as well; they are not sent on. `Cache-Groups` (RFC
   * 9875) is always read, and is sent on.
   * @default ['surrogate-key', 'cache-tag']
   */
  readonly tagFields?: readonly string[];
  /** How long a response with a validator is kept beyond its lifetime, to ask whether it changed. @default '1m' */
  readonly keptForValidation?: Duration;
}

export const ORIGIN_DEFAULTS = Object.freeze({
  trust: 'declared',
  targetFields: ['breakwater-cache-control'],
  authorization: 'bypass',
  setCookie: 'refuse',
  staleWhileRevalidate: 0,
  staleIfError: 0,
  tagFields: ['surrogate-key', 'cache-tag'],
  keptForValidation: '1m',
}) satisfies OriginOptions;

export interface ResolvedOrigin {
  readonly trust: FreshnessTrust;
  readonly targetFields: readonly string[];
  readonly authorization: 'bypass' | 'rfc9111';
  readonly setCookie: 'refuse' | 'store';
  readonly staleWhileRevalidateMs: number;
  readonly staleIfErrorMs: number;
  readonly tagFields: readonly string[];
  readonly keptForValidationMs: number;
}

/** @throws OptionError `ERR_HTTP_CACHE_OPTION` */
export function resolveOrigin(given: OriginOptions = {}): ResolvedOrigin {
  checks.known('origin', given, Object.keys(ORIGIN_DEFAULTS));
  const options = withDefaults<OriginOptions, typeof ORIGIN_DEFAULTS>(given, ORIGIN_DEFAULTS);
  return {
    trust: checks.oneOf('origin.trust', options.trust, ['declared', 'explicit', 'heuristic']),
    targetFields: checkFields('origin.targetFields', options.targetFields),
    authorization: checks.oneOf('origin.authorization', options.authorization, ['bypass', 'rfc9111']),
    setCookie: checks.oneOf('origin.setCookie', options.setCookie, ['refuse', 'store']),
    staleWhileRevalidateMs: window('staleWhileRevalidate', options.staleWhileRevalidate),
    staleIfErrorMs: window('staleIfError', options.staleIfError),
    tagFields: checkFields('origin.tagFields', options.tagFields),
    keptForValidationMs: window('keptForValidation', options.keptForValidation),
  };
}

function window(name: string, duration: Duration): number {
  return checks.duration(`origin.${name}`, duration, { min: 0 });
}

function checkFields(name: string, fields: readonly string[]): readonly string[] {
  if (!Array.isArray(fields)) throw checks.failure(name, 'an array of header names', fields);
  return fields.map((field) => checks.text(name, field).toLowerCase());
}
