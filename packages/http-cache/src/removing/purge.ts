import type { InvalidationReport } from '@breakwater/cache';
import { createProblem, PROBLEM_TYPE } from '@breakwater/core/http';
import { authorityOf, routeTag, uriKeys } from '../answering/keys.ts';
import { checks, ERR_PURGE_REFUSED } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { ResolvedOptions } from '../options/options.ts';
import type { ParameterRule } from '../rules/parameters.ts';
import type { ResponseStore } from '../stored/response-store.ts';

/**
 * What to remove, exactly one of them. `url`: whole URLs, or paths with query where `authority` is one text; with all their
 * variants. `prefix`: all URLs that begin so. `tag`: the cache's, so values that carry it go, too. `route`: what is counted
 * under this policy name.
 */
export type PurgeTarget =
  | { readonly url: string | readonly string[] }
  | { readonly prefix: string }
  | { readonly tag: string | readonly string[] }
  | { readonly route: string };

export interface Purging {
  /** @throws OptionError `ERR_HTTP_CACHE_OPTION` for a target that is none. */
  purge(target: PurgeTarget): Promise<InvalidationReport>;
  /** Answers a PURGE request. */
  answer(exchange: Exchange, mayPurge: (request: unknown) => boolean | Promise<boolean>): Promise<void>;
}

/** @param rules what parameters the keys of any policy hold. */
export function createPurging(options: ResolvedOptions, store: ResponseStore, rules: Iterable<ParameterRule>): Purging {
  function purge(target: PurgeTarget): Promise<InvalidationReport> {
    if ('tag' in target) return options.cache.invalidate({ tag: target.tag });
    if ('route' in target) return options.cache.invalidate({ tag: routeTag(checks.text('route', target.route)) });
    if ('prefix' in target) {
      const [authority, path] = placeOf('prefix', target.prefix);
      return store.removeMatching(`* ${authority} ${path}*`);
    }
    const urls = typeof target.url === 'string' ? [target.url] : target.url;
    if (!Array.isArray(urls)) throw checks.failure('purge', 'a target with url, prefix, tag or route', target);
    return store.remove(urls.flatMap((url) => uriKeys(rules, ...pair(placeOf('url', url)))));
  }

  /** Scheme with host, and path with query. */
  function placeOf(name: string, text: unknown): readonly [authority: string, target: string] {
    const url = typeof text === 'string' ? URL.parse(text) : null;
    if (url?.host) return [`${url.protocol}//${url.host}`, `${url.pathname}${url.search}`];
    if (typeof options.authority === 'string' && typeof text === 'string' && text.startsWith('/')) {
      return [options.authority, text];
    }
    throw checks.failure(name, 'a whole URL, or a path where authority is one text', text);
  }

  return {
    purge,
    async answer({ request, response, claim }, mayPurge) {
      const isAllowed = await mayPurge(request);
      const authority = authorityOf(options, request);
      const report = isAllowed ? await store.remove(uriKeys(rules, authority, [request.originalUrl])) : undefined;
      claim();
      response.statusCode = report ? 200 : 403;
      response.setHeader('Content-Type', report ? 'application/json' : PROBLEM_TYPE);
      response.setHeader('Cache-Control', 'no-store');
      const problem = createProblem(403, ERR_PURGE_REFUSED, 'This request may not remove stored responses.');
      response.end(JSON.stringify(report ?? problem));
    },
  };
}

function pair([authority, target]: readonly [string, string]): [string, string[]] {
  return [authority, [target]];
}
