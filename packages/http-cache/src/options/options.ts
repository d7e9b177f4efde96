import type { Cache } from '@breakwater/cache';
import { type Clock, type Duration, type Size, systemClock, withDefaults } from '@breakwater/core';
import { checks } from '../errors.ts';
import { type GuardOptions, type ResolvedGuard, resolveGuard } from './guard-options.ts';
import { type OriginOptions, type ResolvedOrigin, resolveOrigin } from './origin-options.ts';

export interface HttpCacheOptions<Request = unknown> {
  /** Where responses are kept: a cache of `@breakwater/cache`. Its tags and invalidations reach responses too. */
  readonly cache: Cache;
  /** The largest body that is stored; a larger one passes through, and what was kept of it is let go. @default '1mb' */
  readonly maxBodySize?: Size;
  /** The most stored responses one URL may have by `Vary` at a time. @default 32 */
  readonly maxVariants?: number;
  /** The longest a request waits for another's response to the same URL before it runs the handler. @default '5s' */
  readonly maxWait?: Duration;
  /** How long a URL is passed by after a response that was not to be stored. @default '10s' */
  readonly uncacheableFor?: Duration;
  /**
   * Whether `no-cache`, `max-age`, `min-fresh` and `Pragma` of a request are followed. They are advice (RFC 9111 §5.2.1),
   * and following them lets every client send load past the cache. `no-store` and `only-if-cached` are always followed.
   * @default 'ignore'
   */
  readonly clientDirectives?: 'ignore' | 'honour';
  /**
   * The part of the key that stands for scheme and host, as one text or made from each request. Name one only when no
   * response depends on the host. @default the request's scheme and host
   */
  readonly authority?: string | ((request: Request) => string);
  /** Says that a request is somebody's own, beside the built-in checks. @default none */
  readonly personal?: (request: Request) => boolean;
  /**
   * Names of cookies that stand for a login or a session. Read only where no session middleware ran before the cache.
   * @default /sess|auth|jwt|token|(?:^|[-_.])sid(?:$|[-_.])/i
   */
  readonly sessionCookies?: RegExp;
  /** How responses are taken that no route has a policy for. */
  readonly origin?: OriginOptions;
  /** Finds responses that were made from what their key does not cover. */
  readonly guard?: GuardOptions;
  /**
   * Takes PURGE requests: says whether this one may remove what is stored under its URL. Without it they are the
   * application's.
   * @default none
   */
  readonly purge?: (request: Request) => boolean | Promise<boolean>;
  /** Where the time comes from; give it the cache's own. @default the system's clock */
  readonly clock?: Clock;
}

export const DEFAULTS = Object.freeze({
  maxBodySize: '1mb',
  maxVariants: 32,
  maxWait: '5s',
  uncacheableFor: '10s',
  clientDirectives: 'ignore',
  sessionCookies: /sess|auth|jwt|token|(?:^|[-_.])sid(?:$|[-_.])/i,
  clock: systemClock,
} as const);

export interface ResolvedOptions {
  readonly cache: Cache;
  readonly maxBodyBytes: number;
  readonly maxVariants: number;
  readonly maxWaitMs: number;
  readonly uncacheableForMs: number;
  readonly honoursClients: boolean;
  readonly authority: string | ((request: unknown) => string) | undefined;
  readonly personal: ((request: unknown) => boolean) | undefined;
  readonly sessionCookies: RegExp;
  readonly origin: ResolvedOrigin;
  readonly guard: ResolvedGuard;
  readonly purge: ((request: unknown) => boolean | Promise<boolean>) | undefined;
  readonly clock: Clock;
}

const OPTION_NAMES = [...Object.keys(DEFAULTS), 'cache', 'authority', 'personal', 'origin', 'guard', 'purge'];

/** @throws OptionError `ERR_HTTP_CACHE_OPTION` */
export function resolveOptions<Request>(options: HttpCacheOptions<Request>): ResolvedOptions {
  checks.known('options', options, OPTION_NAMES);
  const given = withDefaults<HttpCacheOptions<Request>, typeof DEFAULTS>(options, DEFAULTS);
  if (typeof given.cache?.space !== 'function') {
    throw checks.failure('cache', 'a cache made by createCache of @breakwater/cache', given.cache);
  }
  if (typeof given.authority !== 'function' && given.authority !== undefined) checks.text('authority', given.authority);
  if (given.personal !== undefined) checks.callable('personal', given.personal);
  if (given.purge !== undefined) checks.callable('purge', given.purge);
  return {
    cache: given.cache,
    maxBodyBytes: checks.size('maxBodySize', given.maxBodySize),
    maxVariants: checks.integer('maxVariants', given.maxVariants),
    maxWaitMs: checks.duration('maxWait', given.maxWait),
    uncacheableForMs: checks.duration('uncacheableFor', given.uncacheableFor),
    honoursClients: checks.oneOf('clientDirectives', given.clientDirectives, ['ignore', 'honour']) === 'honour',
    // The door that takes the options gives these callbacks the request of the framework they are typed for.
    authority: given.authority as ResolvedOptions['authority'],
    personal: given.personal as ResolvedOptions['personal'],
    sessionCookies: checkPattern(given.sessionCookies),
    origin: resolveOrigin(given.origin),
    guard: resolveGuard(given.guard),
    purge: given.purge as ResolvedOptions['purge'],
    clock: given.clock,
  };
}

/** A pattern with `g` or `y` remembers where it stopped and would miss every other cookie. */
function checkPattern(pattern: unknown): RegExp {
  if (!(pattern instanceof RegExp) || pattern.global || pattern.sticky) {
    throw checks.failure('sessionCookies', 'a regular expression without the flags g and y', String(pattern));
  }
  return pattern;
}
