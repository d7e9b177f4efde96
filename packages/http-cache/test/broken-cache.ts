import { type Cache, type CacheSpace, createCache } from '@breakwater/cache';
import type { HttpEntry } from '../src/stored/entry.ts';

type Space = CacheSpace<HttpEntry>;

/** Calls of a space that do something else than they should. */
export type Defect = (space: Space) => Partial<Record<keyof Space, unknown>>;

/** A real cache, but for some calls of its space; it keeps its calls without a promise to itself, unless they are what is broken. */
export function brokenCache(broken: Defect, cache = createCache()): Cache {
  return {
    ...cache,
    space(name: string, options: never) {
      const space = cache.space(name, options) as Space;
      return { ...space, atOnce: undefined, ...broken(space) };
    },
  } as Cache;
}

export function fail(): never {
  throw new TypeError('Cannot read properties of undefined');
}
