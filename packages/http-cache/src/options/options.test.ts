import { createCache } from '@breakwater/cache';
import { OptionError } from '@breakwater/core';
import { asDocumented, documentedDefaults, optionNames, tabledDefaults } from '@breakwater/testkit';
import { describe, expect, it } from 'vitest';
import { httpCache as expressCache } from '../express.ts';
import { httpCache as fastifyCache } from '../fastify.ts';
import { PURGE_DEFAULTS } from '../removing/purge-options.ts';
import { GUARD_DEFAULTS } from './guard-options.ts';
import { DEFAULTS, type HttpCacheOptions, resolveOptions } from './options.ts';
import { ORIGIN_DEFAULTS } from './origin-options.ts';
import { ROUTE_DEFAULTS, type RoutePolicyOptions, resolveRoutePolicy } from './route-policy.ts';
import { SENTINEL_DEFAULTS } from './sentinel-options.ts';

const cache = createCache();

describe('options', () => {
  it.each([
    ['HttpCacheOptions', DEFAULTS, 'options.ts'],
    ['RoutePolicyOptions', ROUTE_DEFAULTS, 'route-policy.ts'],
    ['OriginOptions', ORIGIN_DEFAULTS, 'origin-options.ts'],
    ['GuardOptions', GUARD_DEFAULTS, 'guard-options.ts'],
    ['SentinelOptions', SENTINEL_DEFAULTS, 'sentinel-options.ts'],
  ])('of %s are documented with the defaults they have', (name, defaults, file) => {
    expect(documentedDefaults(new URL(file, import.meta.url), name)).toEqual(asDocumented(defaults));
  });

  it.each([
    ['HttpCacheOptions', { ...DEFAULTS, guard: GUARD_DEFAULTS }, 'options.ts', '\n## Options of `httpCache({'],
    ['RoutePolicyOptions', ROUTE_DEFAULTS, 'route-policy.ts', '\n## Options of `httpCache.route({'],
    ['OriginOptions', ORIGIN_DEFAULTS, 'origin-options.ts', '\n| `origin.`'],
    ['SentinelOptions', SENTINEL_DEFAULTS, 'sentinel-options.ts', '\n| `sentinel.`'],
    ['PurgeOptions', PURGE_DEFAULTS, '../removing/purge-options.ts', '\n| option | default |'],
  ])('of %s all stand on their page, with these defaults', (name, defaults, file, above) => {
    const literals: Record<string, string> = { ...asDocumented(defaults), sessionCookies: '' };
    const expected = optionNames(new URL(file, import.meta.url), name).map((option) => [
      option,
      literals[option] ?? '',
    ]);
    const page = name === 'PurgeOptions' ? '../../../../docs/http-purging.md' : '../../README.md';
    expect(tabledDefaults(new URL(page, import.meta.url), above)).toEqual(Object.fromEntries(expected));
  });

  it.each([expressCache, fastifyCache])('are missed by a door that is given none', (door) => {
    const code = 'ERR_HTTP_CACHE_OPTION';
    expect(() => door(undefined as never)).toThrow(expect.objectContaining({ code, option: 'options' }));
  });

  it('take an explicit undefined for absent, and are not written to', () => {
    const given = Object.freeze({ cache, maxBodySize: undefined, maxWait: '1s' as const });
    expect(resolveOptions(given)).toMatchObject({ maxBodyBytes: 1_048_576, maxWaitMs: 1000, maxVariants: 32 });
  });

  const wrong: [string, object][] = [
    ['cache', { cache: undefined }],
    ['cache', { cache: {} }],
    ['maxBodySize', { cache, maxBodySize: '1 tb' }],
    ['maxVariants', { cache, maxVariants: 0 }],
    ['variants', { cache, variants: ['accept'] }],
    ['variants.accept', { cache, variants: { accept: 'pass' } }],
    ['variants.accept', { cache, variants: { accept: [] } }],
    ['variants.accept', { cache, variants: { accept: [''] } }],
    ['policies', { cache, policies: { '/a': { ttl: '5s' } } }],
    ['policies.0.match', { cache, policies: [{ match: 'api', ttl: '5s' }] }],
    ['policies.0.match', { cache, policies: [{ match: /a/g, ttl: '5s' }] }],
    ['policies.0.match', { cache, policies: [{ ttl: '5s' }] }],
    ['policies.0.name', { cache, policies: [{ match: () => true, ttl: '5s' }] }],
    ['policies.1.ttl', { cache, policies: [{ match: '/a', ttl: '5s' }, { match: '/b' }] }],
    ['policies.0', { cache, policies: [{ match: '/a', ttl: '5s', tag: 'a' }] }],
    ['policies.0.statuses.404', { cache, policies: [{ match: '/a', ttl: '5s', statuses: { 404: 'soon' } }] }],
    ['policies.0.query', { cache, policies: [{ match: '/a', ttl: '5s', query: 'none' }] }],
    ['maxWait', { cache, maxWait: -1 }],
    ['uncacheableFor', { cache, uncacheableFor: 'soon' }],
    ['clientDirectives', { cache, clientDirectives: 'obey' }],
    ['authority', { cache, authority: '' }],
    ['authority', { cache, authority: [] }],
    ['authority', { cache, authority: ['https://shop.example'] }],
    ['query', { cache, query: 'none' }],
    ['query', { cache, query: { drop: 'tracking' } }],
    ['query.ignore', { cache, query: { ignore: 'utm' } }],
    ['query.ignore', { cache, query: { ignore: ['a[b]'] } }],
    ['maxKeys', { cache, maxKeys: 0 }],
    ['personal', { cache, personal: true }],
    ['sessionCookies', { cache, sessionCookies: /sid/g }],
    ['sessionCookies', { cache, sessionCookies: 'sid' }],
    ['origin.trust', { cache, origin: { trust: 'blind' } }],
    ['origin.targetFields', { cache, origin: { targetFields: 'cdn-cache-control' } }],
    ['origin.staleIfError', { cache, origin: { staleIfError: -1 } }],
    ['origin', { cache, origin: { ttl: '5s' } }],
    ['guard.mode', { cache, guard: { mode: 'strict' } }],
    ['guard.sample', { cache, guard: { sample: 2 } }],
    ['guard.ignore', { cache, guard: { ignore: 'x' } }],
    ['sentinel.mode', { cache, sentinel: { mode: 'on' } }],
    ['sentinel.sample', { cache, sentinel: { sample: 2 } }],
    ['sentinel.interval', { cache, sentinel: { interval: -1 } }],
    ['sentinel.timeout', { cache, sentinel: { timeout: 0 } }],
    ['sentinel.principal', { cache, sentinel: { principal: 'ada' } }],
    ['sentinel.headers', { cache, sentinel: { headers: 'x' } }],
    ['sentinel.ignore', { cache, sentinel: { ignore: /x/ } }],
    ['sentinel', { cache, sentinel: { share: 1 } }],
    ['purge', { cache, purge: true }],
    ['options', { cache, ttl: '5s' }],
  ];
  it.each(wrong)('refuse a wrong %s: %o', (option, options) => {
    expect(() => resolveOptions(options as HttpCacheOptions)).toThrow(OptionError);
    expect(() => resolveOptions(options as HttpCacheOptions)).toThrow(
      expect.objectContaining({ code: 'ERR_HTTP_CACHE_OPTION', option }),
    );
  });
});

describe('a route’s policy', () => {
  const wrong: [string, object][] = [
    ['ttl', {}],
    ['ttl', { ttl: 0 }],
    ['ttl', { ttl: '5 seconds' }],
    ['statuses', { ttl: '5s', statuses: ['404'] }],
    ['statuses', { ttl: '5s', statuses: { 200: '1s' } }],
    ['statuses', { ttl: '5s', statuses: { 206: '1s' } }],
    ['statuses', { ttl: '5s', statuses: { '1xx': '1s' } }],
    ['statuses', { ttl: '5s', statuses: { 40: '1s' } }],
    ['statuses.404', { ttl: '5s', statuses: { 404: 0 } }],
    ['maxAge', { ttl: '5s', maxAge: -1 }],
    ['staleWhileRevalidate', { ttl: '5s', staleWhileRevalidate: 'long' }],
    ['staleIfError', { ttl: '5s', staleIfError: -1 }],
    ['tags', { ttl: '5s', tags: 'prices' }],
    ['tags', { ttl: '5s', tags: [''] }],
    ['vary', { ttl: '5s', vary: [7] }],
    ['name', { ttl: '5s', name: '' }],
    ['key', { ttl: '5s', key: 'x' }],
    ['query', { ttl: '5s', query: { ignore: 'tracking' } }],
    ['query', { ttl: '5s', query: [''] }],
    ['query', { ttl: '5s', query: ['a'], key: () => 'k' }],
    ['minUses', { ttl: '5s', minUses: 0 }],
    ['audience', { ttl: '5s', audience: 'public' }],
    ['route', { ttl: '5s', tag: 'prices' }],
  ];
  it.each(wrong)('refuses a wrong %s: %o', (option, options) => {
    const resolve = () => resolveRoutePolicy(options as RoutePolicyOptions);
    expect(resolve).toThrow(expect.objectContaining({ code: 'ERR_HTTP_CACHE_OPTION', option }));
  });

  it('has the tags of the request, or the same for all', () => {
    expect(resolveRoutePolicy({ ttl: '5s', tags: ['a'] }).tagsOf({})).toEqual(['a']);
    expect(resolveRoutePolicy({ ttl: '5s', tags: (request) => [String(request)] }).tagsOf('b')).toEqual(['b']);
    expect(resolveRoutePolicy({ ttl: '5s' }).tagsOf({})).toEqual([]);
    expect(resolveRoutePolicy({ ttl: '5s', tags: () => undefined }).tagsOf({})).toEqual([]);
  });
});
