import type { Cache } from '@breakwater/cache';
import { type Clock, type Duration, type Size, systemClock, withDefaults } from '@breakwater/core';
import { checks } from './errors.ts';
import { type GuardOptions, type ResolvedGuard, resolveGuard } from './guard-options.ts';
import { type OriginOptions, type ResolvedOrigin, resolveOrigin } from './origin-options.ts';
import type { StorageTerms } from './rules/storable.ts';

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

export interface RoutePolicyOptions<Request = unknown> {
  /** How long a response is served from the cache. A smaller `s-maxage` of the response wins. */
  readonly ttl: Duration;
  /**
   * How long beyond `ttl` it is served at once while the handler runs again in the background; `stale-while-revalidate` of
   * the response itself goes before it.
   * @default 0
   */
  readonly staleWhileRevalidate?: Duration;
  /** How long beyond `ttl` it is served where the handler fails with a 5xx; `stale-if-error` goes before it. @default 0 */
  readonly staleIfError?: Duration;
  /** Tags of the stored response, by which `cache.invalidate({ tag })` removes it. @default none */
  readonly tags?: readonly string[] | ((request: Request) => readonly string[] | undefined);
  /** Request headers the handler reads, beside those its `Vary` names. Added to the `Vary` that is sent. @default none */
  readonly vary?: readonly string[];
  /** What the route is counted under. @default the route's path template */
  readonly name?: string;
  /**
   * Replaces host, path and query in the key. It must hold everything the response depends on; what is no text (an
   * absent parameter) leaves the URL as the key. Routes of one `name` share their keys.
   * @default none
   */
  readonly key?: (request: Request) => string;
  /**
   * Who may be sent a stored response. `'anonymous'`: requests with `Authorization` or a session run the handler.
   * `'everyone'`: the response is the same for all callers, whoever they are.
   * @default 'anonymous'
   */
  readonly audience?: 'anonymous' | 'everyone';
  /**
   * Whether `httpCache.front` may serve hits before the application sees their requests: what stands in front of the route
   * (guards, limits, logs) does not run for them. Not together with `key`.
   * @default 'never'
   */
  readonly front?: 'never' | 'hits';
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

export const ROUTE_DEFAULTS = Object.freeze({
  staleWhileRevalidate: 0,
  staleIfError: 0,
  audience: 'anonymous',
  front: 'never',
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

/** What one kind of response is cached by. */
export interface Policy {
  readonly kind: 'origin' | 'route';
  /** What its responses must be to be stored, the size of their bodies apart. */
  readonly storage: Omit<StorageTerms, 'maxBodyBytes'>;
  readonly authorization: 'bypass' | 'rfc9111';
  readonly audience: 'anonymous' | 'everyone';
  readonly isFronted: boolean;
  readonly name: string | undefined;
  tagsOf(request: unknown): readonly string[];
  readonly keyOf: ((request: unknown) => string) | undefined;
}

/** Of the application's own responses: what they say of themselves. */
export function originPolicy(origin: ResolvedOrigin): Policy {
  return {
    kind: 'origin',
    storage: { ttlMs: undefined, vary: [], ...origin },
    authorization: origin.authorization,
    audience: 'anonymous',
    isFronted: false,
    name: 'origin',
    tagsOf: () => [],
    keyOf: undefined,
  };
}

const ROUTE_OPTION_NAMES = [...Object.keys(ROUTE_DEFAULTS), 'ttl', 'tags', 'vary', 'name', 'key'];

/** @throws OptionError `ERR_HTTP_CACHE_OPTION` */
export function resolveRoutePolicy<Request>(options: RoutePolicyOptions<Request>): Policy {
  checks.known('route', options, ROUTE_OPTION_NAMES);
  const { ttl, tags = [], vary = [], name, key, audience, front, ...stale } = withDefaults(options, ROUTE_DEFAULTS);
  if (key !== undefined) checks.callable('key', key);
  const isFronted = checks.oneOf('front', front, ['never', 'hits']) === 'hits';
  // In front of the framework there is no request of its to make a key of.
  if (isFronted && key !== undefined) throw checks.failure('front', "'never' where the policy has a key", front);
  if (typeof tags !== 'function') checkTexts('tags', tags);
  return {
    kind: 'route',
    storage: {
      ttlMs: checks.duration('ttl', ttl),
      staleWhileRevalidateMs: checks.duration('staleWhileRevalidate', stale.staleWhileRevalidate, { min: 0 }),
      staleIfErrorMs: checks.duration('staleIfError', stale.staleIfError, { min: 0 }),
      vary: checkTexts('vary', vary),
      trust: 'declared',
      targetFields: [],
      setCookie: 'refuse',
      keptForValidationMs: 0,
    },
    authorization: 'bypass',
    audience: checks.oneOf('audience', audience, ['anonymous', 'everyone']),
    isFronted,
    name: name === undefined ? undefined : checks.text('name', name),
    tagsOf: typeof tags === 'function' ? (request) => tags(request as Request) ?? [] : () => tags,
    keyOf: key as Policy['keyOf'],
  };
}

function checkTexts(name: string, texts: readonly string[]): readonly string[] {
  if (!Array.isArray(texts)) throw checks.failure(name, 'an array of texts', texts);
  for (const text of texts) checks.text(name, text);
  return [...texts];
}
