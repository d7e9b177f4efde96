import { type Duration, withDefaults } from '@breakwater/core';
import { checks } from '../errors.ts';
import { keepsAll, type ParameterRule } from '../rules/parameters.ts';
import type { StorageTerms } from '../rules/storable.ts';
import type { ResolvedOrigin } from './origin-options.ts';
import { resolveKnown } from './query-options.ts';
import { resolveStatuses, type StatusKey } from './status-options.ts';

export interface RoutePolicyOptions<Request = unknown> {
  /** How long a response is served from the cache. A smaller `s-maxage` of the response wins. */
  readonly ttl: Duration;
  /**
   * Lifetimes of responses that are not 200, by status (`'404': '10s'`) or range (`'4xx'`); a status goes before its range.
   * The stale windows are not theirs. 1xx, 206, 304, 412 and 416 are never stored, and a range leaves out what speaks of one
   * caller: 401, 403, 407, 408, 417, 421, 425, 426, 428, 429, 431.
   * @default none
   */
  readonly statuses?: Readonly<Partial<Record<StatusKey, Duration>>>;
  /**
   * How long clients keep a response from when they are sent it, where the handler sets no `Cache-Control`; caches in front
   * are told `ttl` (`s-maxage`). `0`: they ask each time. @default `ttl`, less its age
   */
  readonly maxAge?: Duration;
  /**
   * How long beyond `ttl` it is served at once while the handler runs again in the background; `stale-while-revalidate` of
   * the response itself goes before it.
   * @default 0
   */
  readonly staleWhileRevalidate?: Duration;
  /** How long beyond `ttl` it is served where the handler fails with a 5xx; `stale-if-error` goes before it. @default 0 */
  readonly staleIfError?: Duration;
  /**
   * How long the handler may take while there is a response within `staleIfError`. Then that is sent, and the handler goes on:
   * it is run by a request of the cache's own, as for `staleWhileRevalidate`. With nothing to send it may take its time.
   * @default none
   */
  readonly timeout?: Duration;
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
   * The parameters of a query that the route knows. All others are left out of the key, and of what the handler sees. Not
   * together with `key`.
   * @default the application's `query`
   */
  readonly query?: 'all' | readonly string[];
  /**
   * From which request for its key on a response is stored, if no more than ten minutes, or two lifetimes of the response,
   * lie between one request and the next.
   * @default 1
   */
  readonly minUses?: number;
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

export const ROUTE_DEFAULTS = Object.freeze({
  staleWhileRevalidate: 0,
  staleIfError: 0,
  minUses: 1,
  audience: 'anonymous',
  front: 'never',
} as const);

/** What one kind of response is cached by. */
export interface Policy {
  readonly kind: 'origin' | 'route';
  /** What its responses must be to be stored. */
  readonly storage: StorageTerms;
  /** What clients are told apart from the lifetime here. */
  readonly clientSeconds: number | undefined;
  /** How long the handler may take where a stale response may be sent in place of its answer. */
  readonly timeoutMs: number | undefined;
  readonly authorization: 'bypass' | 'rfc9111';
  readonly audience: 'anonymous' | 'everyone';
  readonly isFronted: boolean;
  /** What its handler reads can be told from what the key covers. */
  readonly isWatched: boolean;
  /** `undefined`: as the application's own. */
  readonly parameters: ParameterRule | undefined;
  readonly minUses: number;
  readonly name: string | undefined;
  tagsOf(request: unknown): readonly string[];
  readonly keyOf: ((request: unknown) => string) | undefined;
}

const NO_STATUSES: StorageTerms['statuses'] = new Map();

/** Of the application's own responses: what they say of themselves. */
export function originPolicy(origin: ResolvedOrigin): Policy {
  return {
    kind: 'origin',
    storage: { ttlMs: undefined, statuses: NO_STATUSES, vary: [], ...origin },
    clientSeconds: undefined,
    timeoutMs: undefined,
    authorization: origin.authorization,
    audience: 'anonymous',
    isFronted: false,
    isWatched: false,
    parameters: undefined,
    minUses: 1,
    name: 'origin',
    tagsOf: () => [],
    keyOf: undefined,
  };
}

/** RFC 9111 §1.2.2: more seconds than others can count. */
const LONGEST_MS = 2 ** 31 * 1000;

const NAMES_WITHOUT_DEFAULT = ['ttl', 'statuses', 'maxAge', 'timeout', 'tags', 'vary', 'name', 'key', 'query'];
const ROUTE_OPTION_NAMES = [...Object.keys(ROUTE_DEFAULTS), ...NAMES_WITHOUT_DEFAULT];

/** The longest that a timer of Node can wait. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * @param path of the policy among other options, for messages; none where it stands at a route.
 * @throws OptionError `ERR_HTTP_CACHE_OPTION`
 */
export function resolveRoutePolicy<Request>(options: RoutePolicyOptions<Request>, path?: string): Policy {
  const at = (option: string) => (path === undefined ? option : `${path}.${option}`);
  checks.known(path ?? 'route', options, ROUTE_OPTION_NAMES);
  const given = withDefaults(options, ROUTE_DEFAULTS);
  const {
    ttl,
    statuses,
    maxAge,
    timeout,
    tags = [],
    vary = [],
    name,
    key,
    query,
    audience,
    front,
    minUses,
    ...stale
  } = given;
  if (key !== undefined) checks.callable(at('key'), key);
  const isFronted = checks.oneOf(at('front'), front, ['never', 'hits']) === 'hits';
  // In front of the framework there is no request of its to make a key of.
  if (isFronted && key !== undefined) throw checks.failure(at('front'), "'never' where the policy has a key", front);
  if (key !== undefined && query !== undefined)
    throw checks.failure(at('query'), 'absent where the policy has a key', query);
  if (typeof tags !== 'function') checkTexts(at('tags'), tags);
  return {
    kind: 'route',
    storage: {
      ttlMs: checks.duration(at('ttl'), ttl),
      statuses: statuses === undefined ? NO_STATUSES : resolveStatuses(at('statuses'), statuses),
      staleWhileRevalidateMs: checks.duration(at('staleWhileRevalidate'), stale.staleWhileRevalidate, { min: 0 }),
      staleIfErrorMs: checks.duration(at('staleIfError'), stale.staleIfError, { min: 0 }),
      vary: checkTexts(at('vary'), vary),
      trust: 'declared',
      targetFields: [],
      setCookie: 'refuse',
      keptForValidationMs: 0,
    },
    clientSeconds:
      maxAge === undefined
        ? undefined
        : Math.floor(checks.duration(at('maxAge'), maxAge, { min: 0, max: LONGEST_MS }) / 1000),
    timeoutMs: timeout === undefined ? undefined : checks.duration(at('timeout'), timeout, { max: LONGEST_TIMEOUT_MS }),
    authorization: 'bypass',
    audience: checks.oneOf(at('audience'), audience, ['anonymous', 'everyone']),
    isFronted,
    // A key of the developer's own says what the response depends on.
    isWatched: key === undefined,
    parameters: resolveParameters(at('query'), key, query),
    minUses: checks.integer(at('minUses'), minUses),
    name: name === undefined ? undefined : checks.text(at('name'), name),
    tagsOf: typeof tags === 'function' ? (request) => tags(request as Request) ?? [] : () => tags,
    keyOf: key as Policy['keyOf'],
  };
}

/** A key of the developer's own says what the response depends on. */
function resolveParameters(
  option: string,
  key: unknown,
  query: RoutePolicyOptions['query'],
): ParameterRule | undefined {
  if (key !== undefined) return keepsAll;
  return query === undefined ? undefined : resolveKnown(option, query);
}

function checkTexts(name: string, texts: readonly string[]): readonly string[] {
  if (!Array.isArray(texts)) throw checks.failure(name, 'an array of texts', texts);
  for (const text of texts) checks.text(name, text);
  return [...texts];
}
