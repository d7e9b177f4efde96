import type { Cache } from './cache.ts';
import { type CacheInfo, infoOf } from './cache-info.ts';
import { createCache } from './create-cache.ts';
import { checks } from './errors.ts';
import type { InvalidationReport } from './invalidation/invalidation.ts';
import type { Loader } from './loading/loader.ts';
import type { LoadCallOptions, ReadOptions, WriteOptions } from './options/call-options.ts';
import { type CacheOptions, DEFAULTS } from './options/options.ts';

export type { CacheInfo } from './cache-info.ts';

interface Default {
  readonly cache: Cache;
  readonly namespace: string;
}

/** The one cache of a process that wants no more than one. */
let current: Default | undefined;

/**
 * Makes the default cache, with other options than `createCache`'s defaults. Before it is used: what was cached would be lost.
 *
 * @throws OptionError `ERR_CACHE_OPTION`, also where there is one already.
 */
export function configureDefaultCache<PolicyName extends string = never>(
  options: CacheOptions<PolicyName>,
): Cache<PolicyName | 'default'> {
  if (current) throw checks.failure('configureDefaultCache', 'called once, before the default cache is used', options);
  const cache = createCache(options);
  current = { cache, namespace: options.namespace ?? DEFAULTS.namespace };
  return cache;
}

/** The default cache, made with the defaults where nobody has configured it: memory alone. */
export function defaultCache(): Cache {
  return own().cache;
}

/** Closes it; the next use makes another. */
export async function closeDefaultCache(): Promise<void> {
  const closing = current;
  current = undefined;
  await closing?.cache.close();
}

/** {@link Cache.get} of the default cache. */
export function get<Value>(key: string, options?: ReadOptions): Promise<Value | undefined> {
  return defaultCache().get<Value>(key, options);
}

/** {@link Cache.getOrLoad} of the default cache. */
export function getOrLoad<Value>(key: string, loader: Loader<Value>, options?: LoadCallOptions): Promise<Value> {
  return defaultCache().getOrLoad(key, loader, options);
}

/** {@link Cache.set} of the default cache. */
export function set<Value>(key: string, value: Value, options?: WriteOptions): Promise<void> {
  return defaultCache().set(key, value, options);
}

/** {@link Cache.delete} of the default cache; `delete` itself is no name for a function. @returns whether it was there. */
export function del(key: string): Promise<boolean> {
  return defaultCache().delete(key);
}

/** {@link Cache.clear} of the default cache. */
export function clear(): Promise<InvalidationReport> {
  return defaultCache().clear();
}

/** What the default cache has done, at a glance. */
export function cacheInfo(): CacheInfo {
  const { cache, namespace } = own();
  return infoOf(namespace, cache.stats());
}

function own(): Default {
  current ??= { cache: createCache(), namespace: DEFAULTS.namespace };
  return current;
}
