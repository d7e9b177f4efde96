import type { CacheSpace, EntryInspection } from '@breakwater/cache';
import type { Clock } from '@breakwater/core';
import { routeOf, routeTag } from '../answering/keys.ts';
import { checks } from '../errors.ts';
import { readKey } from '../rules/request-key.ts';
import { ageMsOf, type HttpEntry, ttlSecondsOf } from '../stored/entry.ts';
import { entryCodec } from '../stored/entry-codec.ts';
import type { Selected } from '../stored/place.ts';
import { select } from '../stored/select.ts';
import { type KeyMaking, listedPattern } from './purge-target.ts';

/** Which stored responses are listed: all, or by one of these. */
export interface ListOptions {
  /** All URLs that begin so, as in a purge. */
  readonly prefix?: string;
  readonly host?: string;
  /** What is counted under this policy name. */
  readonly route?: string;
  /** How many keys a page looks at, about. @default 100 */
  readonly limit?: number;
  /** That of the page before. @default the first page */
  readonly cursor?: string | undefined;
}

export interface ListPage {
  readonly responses: readonly ListedResponse[];
  /** For the next page; `undefined` after the last. A page without responses need not be the last. */
  readonly cursor: string | undefined;
}

/** A stored response. */
export interface ListedResponse {
  /** The cache's. */
  readonly key: string;
  /** As `purge` takes it; `undefined` for a response under a policy's own key, and where the URL is too long for a key. */
  readonly url: string | undefined;
  /** The values of the request headers that chose it, `undefined` for the only response of its URL. */
  readonly variant: string | undefined;
  readonly policy: string | undefined;
  readonly status: number;
  readonly ageSeconds: number;
  /** How long it is still fresh; below 0 where it is stale. */
  readonly ttlSeconds: number;
  /** As memory counts them. */
  readonly bytes: number;
  /** Without those of the cache's own. */
  readonly tags: readonly string[];
  readonly tier: 'memory' | 'redis';
}

const DEFAULT_LIMIT = 100;
/** Bodies come along, and nobody waits for a listing. */
const READ_AT_ONCE = 16;

export function createListing(space: CacheSpace<HttpEntry>, making: KeyMaking, clock: Clock) {
  async function inspect(key: string, route: string | undefined): Promise<ListedResponse | undefined> {
    const found = await space.inspect(key);
    const selected = selectedOf(found);
    if (!selected) return undefined;
    const { response, storedAtMs, tier } = selected;
    const tags = (found.redis ?? found.memory)?.tags ?? [];
    if (route !== undefined && !tags.includes(routeTag(route))) return undefined;
    const nowMs = clock.now();
    return {
      key,
      ...urlIn(key),
      policy: tags.map(routeOf).find((name) => name !== undefined),
      status: response.status,
      ageSeconds: Math.floor(ageMsOf(response, storedAtMs, nowMs) / 1000),
      ttlSeconds: ttlSecondsOf(response, storedAtMs, nowMs),
      bytes: entryCodec.sizeOf?.(response) ?? response.body.length,
      tags: tags.filter((tag) => routeOf(tag) === undefined),
      tier,
    };
  }

  function urlIn(key: string): Pick<ListedResponse, 'url' | 'variant'> {
    const { authority = '', target, variant } = readKey(key);
    // Behind a proxy there are two hosts in it, of which no URL can be made; and one text is no part of a URL.
    const isPlain = target !== undefined && !authority.includes(' ');
    const base = typeof making.authority === 'string' ? '' : authority;
    return { url: isPlain ? base + target : undefined, variant };
  }

  /** @throws OptionError `ERR_HTTP_CACHE_OPTION`, or `ERR_CACHE_OPTION` for a cursor that is none. */
  return async function list(options: ListOptions = {}): Promise<ListPage> {
    checks.known('options', options, ['prefix', 'host', 'route', 'limit', 'cursor']);
    const { prefix, host, route, limit = DEFAULT_LIMIT, cursor } = options;
    if ([prefix, host, route].filter((one) => one !== undefined).length > 1) {
      throw checks.failure('list', 'one of prefix, host and route, or none', options);
    }
    if (route !== undefined) checks.text('route', route);
    checks.integer('limit', limit, { max: 10_000 });
    const page = await space.keys(listedPattern({ prefix, host }, making), { limit, cursor });
    const keys = [...new Set(page.keys)];
    const responses: ListedResponse[] = [];
    for (let at = 0; at < keys.length; at += READ_AT_ONCE) {
      const batch = await Promise.all(keys.slice(at, at + READ_AT_ONCE).map((key) => inspect(key, route)));
      for (const one of batch) if (one) responses.push(one);
    }
    return { responses, cursor: page.cursor };
  };
}

function selectedOf({ redis, memory }: EntryInspection<HttpEntry>): Selected | undefined {
  return select(redis, 'redis') ?? select(memory, 'memory');
}
