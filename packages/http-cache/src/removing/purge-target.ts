import { routeTag, uriKeys } from '../answering/keys.ts';
import { checks } from '../errors.ts';
import type { ResolvedOptions } from '../options/options.ts';
import type { ParameterRule } from '../rules/parameters.ts';
import { customKey } from '../rules/request-key.ts';

/**
 * Which stored responses, by exactly one of these.
 *
 * `url`: whole URLs, or paths with query where `authority` is one text, with all their variants. `prefix`: all URLs that begin
 * so, `*` being any run of characters and `?` any one. `tag`: the cache's, so values that carry it go, too. `route`: what is
 * counted under this policy name, or of that the responses under a `key` of the policy's own. `host`: of a host, with its port
 * where that is not the scheme's own; responses under a policy's own `key` have none. `all`: all responses, and no other values
 * of the cache.
 */
export type PurgeTarget =
  | { readonly url: string | readonly string[] }
  | { readonly prefix: string }
  | { readonly tag: string | readonly string[] }
  | { readonly route: string; readonly key?: string | readonly string[] }
  | { readonly host: string }
  | { readonly all: true };

/** A target in the terms of the cache. `keys` are those of URLs, whose variants have keys of their own. */
export type NamedEntries =
  | { readonly by: 'keys'; readonly keys: readonly string[] }
  | { readonly by: 'pattern'; readonly pattern: string }
  | { readonly by: 'tags'; readonly tags: readonly string[] };

/** What keys are made with. */
export interface KeyMaking {
  readonly authority: ResolvedOptions['authority'];
  /** What parameters the keys of any policy hold. */
  readonly rules: Iterable<ParameterRule>;
}

const KINDS = ['url', 'prefix', 'tag', 'route', 'host', 'all'] as const;

/** What a target names responses by: a closed set, fit for a metric's label. */
export type PurgedBy = (typeof KINDS)[number];

type Named = Partial<Record<PurgedBy | 'key', unknown>>;

function kindsIn(target: Named): PurgedBy[] {
  return KINDS.filter((kind) => target[kind] !== undefined);
}

/** @param target one that {@link namedBy} took. */
export function purgedBy(target: PurgeTarget): PurgedBy {
  return kindsIn(target)[0] ?? 'all';
}

/** @throws OptionError `ERR_HTTP_CACHE_OPTION` for a target that is none: it must never be taken for one of nothing. */
export function namedBy(target: PurgeTarget, making: KeyMaking): NamedEntries {
  const given: Named = target ?? {};
  const [kind, ...others] = kindsIn(given);
  if (kind === undefined || others.length > 0)
    throw checks.failure('purge', `a target with exactly one of ${KINDS.join(', ')}`, target);
  checks.known('purge', target, kind === 'route' ? ['route', 'key'] : [kind]);
  switch (kind) {
    case 'url': {
      const places = textsOf('url', given.url).map((url) => placeOf('url', url, making));
      return { by: 'keys', keys: places.flatMap(([authority, path]) => uriKeys(making.rules, authority, [path])) };
    }
    case 'prefix': {
      const [authority, path] = placeOf('prefix', given.prefix, making);
      return { by: 'pattern', pattern: prefixPattern(authority, path) };
    }
    case 'tag':
      return { by: 'tags', tags: textsOf('tag', given.tag) };
    case 'route': {
      const route = checks.text('route', given.route);
      if (given.key === undefined) return { by: 'tags', tags: [routeTag(route)] };
      return { by: 'keys', keys: textsOf('key', given.key).map((key) => customKey(route, key)) };
    }
    case 'host':
      return { by: 'pattern', pattern: hostPattern(given.host, making) };
    case 'all':
      if (given.all !== true) throw checks.failure('all', 'true', given.all);
      return { by: 'pattern', pattern: '*' };
  }
}

function textsOf(name: string, given: unknown): string[] {
  const all: unknown[] = Array.isArray(given) ? given : [given];
  if (all.length === 0) throw checks.failure(name, 'at least one text', given);
  return all.map((one) => checks.text(name, one));
}

/** Scheme with host, and path with query. */
function placeOf(name: string, text: unknown, { authority }: KeyMaking): readonly [authority: string, target: string] {
  const url = typeof text === 'string' ? URL.parse(text) : null;
  if (url?.host) return [`${url.protocol}//${url.host}`, `${url.pathname}${url.search}`];
  if (typeof authority === 'string' && typeof text === 'string' && text.startsWith('/')) return [authority, text];
  throw checks.failure(name, 'a whole URL, or a path where authority is one text', text);
}

/** Of all kinds of keys that URLs have, with those of their variants. */
function prefixPattern(authority: string, path: string): string {
  return `* ${authority} ${path}*`;
}

/** @throws OptionError also where no key has a host. */
function hostPattern(host: unknown, { authority }: KeyMaking): string {
  if (typeof host !== 'string' || !/^[\w.:[\]-]+$/.test(host))
    throw checks.failure('host', 'a host name, or one with a port', host);
  if (authority !== undefined)
    throw checks.failure('host', 'absent where authority is an option: no key has a host then', host);
  return `* http*://${host.toLowerCase()} *`;
}

/** The pattern of what a listing shows. */
export function listedPattern(
  { prefix, host }: { readonly prefix?: string | undefined; readonly host?: string | undefined },
  making: KeyMaking,
): string {
  if (prefix !== undefined) return prefixPattern(...placeOf('prefix', prefix, making));
  return host === undefined ? '*' : hostPattern(host, making);
}
