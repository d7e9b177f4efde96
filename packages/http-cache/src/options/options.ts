import type { Cache } from '@breakwater/cache';
import { type Clock, type Duration, type Size, systemClock, withDefaults } from '@breakwater/core';
import { checks } from '../errors.ts';
import { type TrustedHosts, trustedHosts } from '../rules/authority.ts';
import type { ParameterRule } from '../rules/parameters.ts';
import { type GuardOptions, type ResolvedGuard, resolveGuard } from './guard-options.ts';
import { type OriginOptions, type ResolvedOrigin, resolveOrigin } from './origin-options.ts';
import { checkPattern } from './pattern-option.ts';
import { type PlacedPolicy, type PlacedPolicyOptions, resolvePlaced } from './placed-policies.ts';
import { type IgnoredParameters, resolveIgnored } from './query-options.ts';
import { type ResolvedSentinel, resolveSentinel, type SentinelOptions } from './sentinel-options.ts';
import { type ResolvedVariants, resolveVariants, type VariantOptions } from './variant-options.ts';

export interface HttpCacheOptions<Request = unknown> {
  /** Where responses are kept: a cache of `@breakwater/cache`. Its tags and invalidations reach responses too. */
  readonly cache: Cache;
  /** The largest body that is stored; a larger one passes through, and what was kept of it is let go. @default '1mb' */
  readonly maxBodySize?: Size;
  /** The most stored responses one URL may have by `Vary` at a time. @default 32 */
  readonly maxVariants?: number;
  /**
   * By request header that responses vary on. A list: what the application offers; the header is reduced to the one of them
   * that suits the client best (RFC 9110 §12.5, RFC 4647), in the key and in what every handler sees. `'bypass'`: what varies
   * on it is not stored.
   * @default each distinct value is a variant
   */
  readonly variants?: VariantOptions;
  /** The longest a request waits for another's response to the same URL before it runs the handler. @default '5s' */
  readonly maxWait?: Duration;
  /**
   * Whether of the requests for a URL that nobody has yet one in the whole fleet runs the handler, or one in each process. The
   * others wait for it, and so do those of other processes. Without Redis every process is a fleet of its own.
   * @default 'fleet'
   */
  readonly fill?: 'fleet' | 'process';
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
   * response depends on the host. A list of hosts, each as a `Host` field names it: scheme and host, and requests that
   * name any other host run the handler uncached. @default the request's scheme and host
   */
  readonly authority?: string | readonly string[] | ((request: Request) => string);
  /**
   * The parameters of a query that are left out of the key, and of what handlers see whose responses may be stored: what
   * the key does not hold must not reach them. A route's own `query` goes before it.
   * @default 'all'
   */
  readonly query?: 'all' | IgnoredParameters;
  /**
   * The most keys that this process fills under one policy, within the lifetime of its responses. Beyond it a new key has
   * to be asked for twice before anything is stored under it, beyond twice as many four times, and so on.
   * @default 100_000
   */
  readonly maxKeys?: number;
  /** Says that a request is somebody's own, beside the built-in checks. @default none */
  readonly personal?: (request: Request) => boolean;
  /**
   * Names of cookies that stand for a login or a session. Read only where no session middleware ran before the cache.
   * @default /sess|auth|jwt|token|(?:^|[-_.])sid(?:$|[-_.])/i
   */
  readonly sessionCookies?: RegExp;
  /**
   * Policies of requests by their path or by a rule of your own; the first that matches counts, and a route's own goes before
   * them. They stand where the cache does: what stands behind it does not run for their hits.
   * @default none
   */
  readonly policies?: readonly PlacedPolicyOptions<Request>[];
  /** How responses are taken that no route has a policy for. */
  readonly origin?: OriginOptions;
  /** Finds responses that were made from what their key does not cover. */
  readonly guard?: GuardOptions;
  /** Finds stored responses that are not for everybody who would be sent them. */
  readonly sentinel?: SentinelOptions;
  /**
   * Takes PURGE requests: says whether this one may remove, or have expire, what is stored under its URL, or under the tags
   * that its `origin.tagFields` name. Without it they are the application's.
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
  fill: 'fleet',
  uncacheableFor: '10s',
  clientDirectives: 'ignore',
  query: 'all',
  maxKeys: 100_000,
  sessionCookies: /sess|auth|jwt|token|(?:^|[-_.])sid(?:$|[-_.])/i,
  clock: systemClock,
} as const);

export interface ResolvedOptions {
  readonly cache: Cache;
  readonly maxBodyBytes: number;
  readonly maxVariants: number;
  readonly variants: ResolvedVariants;
  readonly maxWaitMs: number;
  readonly fill: 'fleet' | 'process';
  readonly uncacheableForMs: number;
  readonly honoursClients: boolean;
  readonly authority: string | ((request: unknown) => string) | undefined;
  /** Those that requests may name, `undefined` for all. */
  readonly hosts: TrustedHosts | undefined;
  /** What policies keep that say nothing of their own. */
  readonly parameters: ParameterRule;
  readonly maxKeys: number;
  readonly personal: ((request: unknown) => boolean) | undefined;
  readonly sessionCookies: RegExp;
  readonly placed: readonly PlacedPolicy[];
  readonly origin: ResolvedOrigin;
  readonly guard: ResolvedGuard;
  readonly sentinel: ResolvedSentinel;
  readonly purge: ((request: unknown) => boolean | Promise<boolean>) | undefined;
  readonly clock: Clock;
}

const OPTION_NAMES = [
  ...Object.keys(DEFAULTS),
  'cache',
  'variants',
  'authority',
  'personal',
  'policies',
  'origin',
  'guard',
  'sentinel',
  'purge',
];

/** @throws OptionError `ERR_HTTP_CACHE_OPTION` */
export function resolveOptions<Request>(options: HttpCacheOptions<Request>): ResolvedOptions {
  checks.known('options', options, OPTION_NAMES);
  const given = withDefaults<HttpCacheOptions<Request>, typeof DEFAULTS>(options, DEFAULTS);
  if (typeof given.cache?.space !== 'function') {
    throw checks.failure('cache', 'a cache made by createCache of @breakwater/cache', given.cache);
  }
  if (given.personal !== undefined) checks.callable('personal', given.personal);
  if (given.purge !== undefined) checks.callable('purge', given.purge);
  return {
    cache: given.cache,
    maxBodyBytes: checks.size('maxBodySize', given.maxBodySize),
    maxVariants: checks.integer('maxVariants', given.maxVariants),
    variants: resolveVariants(given.variants),
    maxWaitMs: checks.duration('maxWait', given.maxWait),
    fill: checks.oneOf('fill', given.fill, ['fleet', 'process']),
    uncacheableForMs: checks.duration('uncacheableFor', given.uncacheableFor),
    honoursClients: checks.oneOf('clientDirectives', given.clientDirectives, ['ignore', 'honour']) === 'honour',
    // The door that takes the options gives these callbacks the request of the framework they are typed for.
    ...resolveAuthority(given.authority as HttpCacheOptions['authority']),
    parameters: resolveIgnored(given.query),
    maxKeys: checks.integer('maxKeys', given.maxKeys),
    personal: given.personal as ResolvedOptions['personal'],
    sessionCookies: checkPattern('sessionCookies', given.sessionCookies),
    placed: resolvePlaced(given.policies),
    origin: resolveOrigin(given.origin),
    guard: resolveGuard(given.guard),
    sentinel: resolveSentinel(given.sentinel),
    purge: given.purge as ResolvedOptions['purge'],
    clock: given.clock,
  };
}

function resolveAuthority(authority: HttpCacheOptions['authority']): Pick<ResolvedOptions, 'authority' | 'hosts'> {
  if (authority === undefined || typeof authority === 'function') return { authority, hosts: undefined };
  if (typeof authority === 'string') return { authority: checks.text('authority', authority), hosts: undefined };
  if (!Array.isArray(authority) || authority.length === 0) {
    throw checks.failure('authority', 'a text, a function or an array of hosts', authority);
  }
  for (const host of authority) {
    if (/[\s/@]/.test(checks.text('authority', host))) {
      throw checks.failure('authority', "a list of hosts such as 'shop.example' or 'localhost:3000'", host);
    }
  }
  return { authority: undefined, hosts: trustedHosts(authority) };
}
